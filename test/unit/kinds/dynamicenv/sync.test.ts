import { describe, expect, it } from '@jest/globals';
import type { Condition, DynamicEnvStatus } from '../../../../src/api/dynamicenv.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import type { Deployment } from '../../../../src/k8s/workload.ts';
import { injectionName, ruleName } from '../../../../src/kinds/dynamicenv/plan/names.ts';
import { envWorkloads } from '../../../../src/kinds/dynamicenv/plan/workloads.ts';
import {
  decide,
  type EnvFixture,
  envFixture,
  namesOf,
  settle,
  step,
  wait,
} from '../../../support/env-fixture.ts';
import { keptIndex } from '../../../support/mesh-index.ts';
import {
  CONFIG,
  deployment,
  dynamicEnv,
  routeTo,
  rule,
  running,
  service,
  stamp,
  subset,
  virtualService,
  workload,
} from '../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const PARTS = { env: 'alice', namespace: 'shop', deployment: 'backend', host: HOST };
const RULE = ruleName(PARTS, 'backend', 'shop/backend');
const INJECTION = injectionName(PARTS);
const MESH = [
  deployment('shop/backend'),
  service('shop/backend'),
  rule('shop/backend'),
  virtualService('shop/backend'),
];
const UNREACHABLE =
  "Couldn't find common active service hostname across DestinationRules and VirtualServices";

function ready(spec = {}, others: KubeObject[] = MESH, rest: Partial<EnvFixture> = {}): EnvFixture {
  const now = envFixture(dynamicEnv(spec), others, rest);
  settle(now);
  wait(now, 5);
  wait(now, 60);
  return now;
}

const condition = (
  type: string,
  status: string,
  reason: string,
  message: string,
  time: number,
): unknown => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: stamp(time),
  observedGeneration: 1,
});
const conditionsOf = ({ conditions = [] }: DynamicEnvStatus) =>
  Object.fromEntries(conditions.map((one) => [one.type, one])) as Record<string, Condition>;
const without = (...gone: string[]) => MESH.filter(({ kind }) => !gone.includes(kind));
const errorsOf = (status: DynamicEnvStatus, key = 'shop/backend') =>
  status.subsetsStatus?.[key]?.subsetErrors;

describe('a new env', () => {
  it('creates all children at once, with an inactive injection, and reports what it waits for', () => {
    const now = envFixture(dynamicEnv(), MESH);
    const { children, status, ...rest } = decide(now);
    expect(namesOf(children)).toEqual([
      'Deployment backend-alice',
      `DestinationRule ${RULE}`,
      `RouteInjection ${INJECTION}`,
    ]);
    expect(rest).toEqual({});
    const pending = 'Deployment shop/backend-alice is initializing';
    expect(status).toEqual({
      state: 'processing',
      totalCount: 1,
      totalReady: 0,
      match: 'user=alice',
      subsetsStatus: {
        'shop/backend': {
          deployment: { name: 'backend-alice', namespace: 'shop', status: 'initializing' },
          destinationRules: [{ name: RULE, namespace: 'shop', status: 'initializing' }],
          virtualServices: [],
        },
      },
      conditions: [
        condition('Ready', 'False', 'WorkloadsPending', pending, 0),
        condition('WorkloadsReady', 'False', 'WorkloadsPending', pending, 0),
        condition(
          'RoutesInjected',
          'False',
          'RoutesPending',
          'shop/backend: waiting for its pods, rules and routes',
          0,
        ),
        condition(
          'Guarded',
          'Unknown',
          'Looking',
          'still looking for VirtualServices of some hosts',
          0,
        ),
        condition(
          'Conflicting',
          'False',
          'NoConflict',
          'no other env takes the same requests first',
          0,
        ),
        condition('Reconciling', 'True', 'WorkloadsPending', pending, 0),
        condition('Stalled', 'False', 'Progressing', 'nothing blocks this env', 0),
      ],
    });
  });

  it('becomes ready: pods, settled rule, routes, settled routes', () => {
    const now = envFixture(dynamicEnv(), MESH);
    expect(settle(now).resyncAfterSeconds).toBe(4);
    expect(wait(now, 3)).toMatchObject({ resyncAfterSeconds: 1, status: { state: 'processing' } });

    const routed = wait(now, 1);
    expect(routed).toMatchObject({
      resyncAfterSeconds: 4,
      status: { state: 'processing', totalReady: 1 },
    });
    expect(conditionsOf(routed.status)).toMatchObject({
      Ready: {
        status: 'False',
        reason: 'Settling',
        message: 'the routes are in place and on their way to every proxy',
      },
      RoutesInjected: { status: 'True', lastTransitionTime: stamp(4) },
    });
    expect(wait(now, 3)).toMatchObject({ resyncAfterSeconds: 1, status: { state: 'processing' } });

    const last = wait(now, 1);
    // Everything was found, so no resync is needed.
    expect(last.resyncAfterSeconds).toBeUndefined();
    expect(last.status).toEqual({
      state: 'ready',
      totalCount: 1,
      totalReady: 1,
      match: 'user=alice',
      subsetsStatus: {
        'shop/backend': {
          deployment: { name: 'backend-alice', namespace: 'shop', status: 'running' },
          destinationRules: [{ name: RULE, namespace: 'shop', status: 'running' }],
          virtualServices: [{ name: 'backend', namespace: 'shop', status: 'running' }],
        },
      },
      conditions: [
        condition('Ready', 'True', 'Ready', 'matching requests reach the clones', 8),
        condition('WorkloadsReady', 'True', 'AllRunning', 'all clones run', 0),
        condition('RoutesInjected', 'True', 'AllInjected', 'every subset has its routes', 4),
        condition('Guarded', 'True', 'Guarded', 'every known route names a subset', 0),
        condition(
          'Conflicting',
          'False',
          'NoConflict',
          'no other env takes the same requests first',
          0,
        ),
        condition('Reconciling', 'False', 'UpToDate', 'matching requests reach the clones', 8),
        condition('Stalled', 'False', 'Progressing', 'nothing blocks this env', 0),
      ],
    });
    expect(wait(now, 3)).not.toHaveProperty('resyncAfterSeconds');
  });

  it('with consumers only is ready when its pods are', () => {
    const now = envFixture(
      dynamicEnv({ subsets: [], consumers: [workload('shop/backend')] }),
      MESH,
    );
    const { status, children } = settle(now);
    expect(namesOf(children)).toEqual(['Deployment backend-alice', `RouteInjection ${INJECTION}`]);
    expect(status).toMatchObject({ state: 'ready', totalCount: 1, totalReady: 1 });
    expect(status).not.toHaveProperty('subsetsStatus');
    expect(status.consumersStatus).toEqual({
      'shop/backend': {
        name: 'backend-alice',
        namespace: 'shop',
        status: 'running',
        deployment: { name: 'backend-alice', namespace: 'shop', status: 'running' },
      },
    });
    expect(conditionsOf(status)['RoutesInjected']?.reason).toBe('NoSubsets');
  });
});

describe('a Deployment with two Services (the four combinations of missing rules and routes)', () => {
  const both = (kinds: { alt: string[]; backend: string[] }) => [
    deployment('shop/backend'),
    ...(['alt', 'backend'] as const).flatMap((name) => [
      service(`shop/${name}`, { app: 'backend' }),
      ...(kinds[name].includes('rule') ? [rule(`shop/${name}`)] : []),
      ...(kinds[name].includes('vs') ? [virtualService(`shop/${name}`)] : []),
    ]),
  ];
  const words = (now: EnvFixture) => {
    const status = now.env.status?.subsetsStatus?.['shop/backend'];
    return [status?.destinationRules, status?.virtualServices].map((list) =>
      list?.map((one) => `${one.name.replace(/-[0-9a-f]{10}$/, '')} ${one.status}`),
    );
  };
  const NO_RULE = 'ignored-missing-destination-rule';
  const NO_VS = 'ignored-missing-virtual-service';

  it.each<[string, string[], string[], string, string[], string[]]>([
    [
      'both hosts have rule and routes',
      ['rule', 'vs'],
      ['rule', 'vs'],
      'ready',
      ['backend-alice-alt running', 'backend-alice-backend running'],
      ['alt running', 'backend running'],
    ],
    [
      'one without a rule',
      ['vs'],
      ['rule', 'vs'],
      'ready',
      [`alt ${NO_RULE}`, 'backend-alice-backend running'],
      [`alt ${NO_RULE}`, 'backend running'],
    ],
    [
      'one without a VirtualService',
      ['rule'],
      ['rule', 'vs'],
      'ready',
      ['backend-alice-alt running', 'backend-alice-backend running'],
      [`alt ${NO_VS}`, 'backend running'],
    ],
    [
      'a rule for one, a VirtualService for the other',
      ['rule'],
      ['vs'],
      'degraded',
      ['backend-alice-alt running', `backend ${NO_RULE}`],
      [`alt ${NO_VS}`, `backend ${NO_RULE}`],
    ],
    [
      'neither rules nor VirtualServices',
      [],
      [],
      'degraded',
      [`alt ${NO_RULE}`, `backend ${NO_RULE}`],
      [`alt ${NO_VS}`, `backend ${NO_VS}`],
    ],
  ])('%s', (_what, alt, backend, state, rules, virtualServices) => {
    const now = ready({}, both({ alt, backend }));
    expect(now.env.status?.state).toBe(state);
    expect(words(now)).toEqual([rules, virtualServices]);
    expect(errorsOf(now.env.status ?? never())).toEqual(
      state === 'ready'
        ? undefined
        : { subset: [{ error: UNREACHABLE, lastOccurrence: expect.any(String) }] },
    );
    expect(now.env.status?.totalReady).toBe(state === 'ready' ? 1 : 0);
  });

  function never(): DynamicEnvStatus {
    throw new Error('no status');
  }
});

describe('objects that do not exist yet are not an error at once', () => {
  it('a VirtualService may be found late', () => {
    const now = envFixture(dynamicEnv(), without('VirtualService'));
    expect(settle(now).status.state).toBe('processing');
    // Counted from the last request for routes, when the pods became ready.
    expect(wait(now, 4)).toMatchObject({ resyncAfterSeconds: 11, status: { state: 'processing' } });
    expect(wait(now, 10)).toMatchObject({ resyncAfterSeconds: 1, status: { state: 'processing' } });
    const late = wait(now, 1);
    expect(late.status.state).toBe('degraded');
    expect(errorsOf(late.status)).toEqual({
      subset: [{ error: UNREACHABLE, lastOccurrence: stamp(15) }],
    });
    expect(conditionsOf(late.status)).toMatchObject({
      Ready: { reason: 'Degraded', message: `shop/backend: ${UNREACHABLE}` },
      Guarded: { status: 'False', reason: 'Unguarded' },
      Reconciling: { status: 'False', reason: 'Degraded' },
    });
    now.others = MESH;
    settle(now);
    expect(wait(now, 60).status).toMatchObject({ state: 'ready' });
  });

  it('without any base rule there is an error at once', () => {
    const now = envFixture(dynamicEnv(), without('DestinationRule'), { podsStart: false });
    expect(settle(now).status.state).toBe('degraded');
  });

  it('a route that cannot be copied is reported before the pods run', () => {
    const match = [{ headers: { user: { prefix: 'a' } } }];
    const contrary = virtualService('shop/backend', {
      http: [routeTo('backend', 'shared', { match })],
    });
    const now = envFixture(dynamicEnv(), [...without('VirtualService'), contrary], {
      podsStart: false,
    });
    expect(settle(now).status.state).toBe('degraded');
  });

  it('slow pods are no error, even if one of two routes cannot be copied', () => {
    const match = [{ headers: { user: { prefix: 'a' } } }];
    const http = [routeTo('backend', 'shared', { match }), routeTo('backend', 'shared')];
    const half = virtualService('shop/backend', { http });
    const now = envFixture(dynamicEnv(), [...without('VirtualService'), half], {
      podsStart: false,
    });
    const states = [settle(now), wait(now, 60)].map(({ status }) => status.state);
    now.podsStart = true;
    now.children = now.children.map((child) =>
      child.kind === 'Deployment' ? running(child as Deployment) : child,
    );
    states.push(decide(now).status.state, step(now).status.state, step(now).status.state);
    expect(new Set(states)).toEqual(new Set(['processing']));
    expect(wait(now, 60).status.state).toBe('ready');
  });
});

describe('a change of the spec', () => {
  it('of the image is no error, and Ready is false until the new pods run', () => {
    const now = ready();
    const subsets = [workload('shop/backend', { containers: [{ image: 'backend:3' }] })];
    now.env = {
      ...now.env,
      metadata: { ...now.env.metadata, generation: 2 },
      spec: { ...now.env.spec, subsets },
    };
    now.podsStart = false;
    const states = [step(now), step(now)].map(({ status }) => [
      status.state,
      status.subsetsStatus?.['shop/backend']?.deployment.status,
    ]);
    expect(states).toEqual([
      ['processing', 'updating'],
      ['processing', 'updating'],
    ]);
    now.children = now.children.map((child) =>
      child.kind === 'Deployment' ? running(child as Deployment) : child,
    );
    expect(step(now).status.state).toBe('ready');
  });

  it('of the matches is not ready before the new routes exist, and are settled', () => {
    const now = ready();
    const istioMatches = [{ headers: { user: { exact: 'al' } } }];
    now.env = {
      ...now.env,
      metadata: { ...now.env.metadata, generation: 2 },
      spec: { ...now.env.spec, istioMatches },
    };
    const first = step(now);
    expect(first.status).toMatchObject({ state: 'processing', match: 'user=al' });
    expect(first.status.subsetsStatus?.['shop/backend']?.virtualServices).toMatchObject([
      { status: 'updating' },
    ]);
    expect(settle(now)).toMatchObject({ resyncAfterSeconds: 4, status: { state: 'processing' } });
    expect(wait(now, 4).status.state).toBe('ready');
  });

  it('of the matches is not ready at once if the sync sees an older status', () => {
    const now = ready();
    const { status } = now.env;
    now.time += 60;
    now.env = {
      ...now.env,
      metadata: { ...now.env.metadata, generation: 2 },
      spec: { ...now.env.spec, istioMatches: [{ headers: { user: { exact: 'al' } } }] },
    };
    step(now);
    now.env = { ...now.env, ...(status ? { status } : {}) };
    const { resyncAfterSeconds, status: after } = decide(now);
    expect(after.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      ...{ status: 'False', reason: 'Settling' },
    });
    expect(resyncAfterSeconds).toBe(4);
    expect(wait(now, 4).status.state).toBe('ready');
  });

  it('that removes a subset names the departing children, while the rest is ready', () => {
    const web = [
      deployment('shop/web'),
      service('shop/web'),
      rule('shop/web'),
      virtualService('shop/web'),
    ];
    const now = ready({ subsets: [workload('shop/backend'), workload('shop/web')] }, [
      ...MESH,
      ...web,
    ]);
    expect(now.env.status?.state).toBe('ready');
    now.env = { ...now.env, spec: { ...now.env.spec, subsets: [workload('shop/backend')] } };
    const { status } = settle(now);
    expect(status).toMatchObject({ state: 'ready', totalCount: 1 });
    const names = now.children
      .filter(({ metadata }) => metadata.name.includes('web'))
      .map(
        ({ kind, metadata: { namespace, name } }) =>
          `${kind} ${namespace ? `${namespace}/` : ''}${name}`,
      );
    expect(conditionsOf(status)['Reconciling']).toMatchObject({
      status: 'True',
      reason: 'Removing',
      message: `no longer wanted, being removed: ${names.sort().join(', ')}`,
    });
    expect(conditionsOf(wait(now, 11).status)['Reconciling']?.status).toBe('False');
  });
});

describe('a child that somebody deletes', () => {
  it.each(['Deployment', 'DestinationRule', 'RouteInjection'])('a %s is created again', (kind) => {
    const now = ready();
    const before = namesOf(now.children);
    now.children = now.children.filter((child) => child.kind !== kind);
    const states = [step(now).status.state, step(now).status.state, settle(now).status.state];
    expect(states).not.toContain('degraded');
    expect(namesOf(now.children)).toEqual(before);
    wait(now, 10);
    expect(wait(now, 10).status.state).toBe('ready');
    expect(now.children.map((child) => Reflect.get(child, 'spec').active)).toContain(true);
  });

  it('a rule while its routes exist: the routes are removed, and no error is reported', () => {
    const now = ready();
    now.children = now.children.filter(({ kind }) => kind !== 'DestinationRule');
    const { status, children } = step(now, { webhook: false });
    expect(children.map((child) => Reflect.get(child, 'spec').active)).toContain(false);
    expect(status.state).toBe('processing');
    expect(step(now, { webhook: false }).status).toMatchObject({
      state: 'processing',
      subsetsStatus: { 'shop/backend': { virtualServices: [{ status: 'removing' }] } },
    });
  });
});

describe('the base', () => {
  it.each(['dynamic-apply', 'server-side-apply'] as const)(
    'that is deleted: nothing else is deleted (%s)',
    (mode) => {
      const now = ready({}, MESH, { mode });
      const before = now.children;
      now.others = now.others.filter(({ kind }) => kind !== 'Deployment');
      const { status } = settle(now);
      expect(namesOf(now.children)).toEqual(namesOf(before));
      expect(now.children.map((child) => Reflect.get(child, 'spec'))).toEqual(
        before.map((child) => Reflect.get(child, 'spec')),
      );
      const error =
        'Deployment shop/backend not found (a StatefulSet or an Argo Rollout cannot be cloned)';
      expect(status).toMatchObject({
        state: 'degraded',
        subsetsStatus: { 'shop/backend': { deployment: { status: 'running' } } },
      });
      expect(errorsOf(status)).toEqual({ deployment: [{ error, lastOccurrence: stamp(65) }] });
      now.others = [...now.others, deployment('shop/backend')];
      expect(settle(now).status.state).toBe('ready');
    },
  );

  it('that is missing is reported, and nothing is created', () => {
    const now = envFixture(dynamicEnv(), without('Deployment'));
    const { children, status } = settle(now);
    expect(children).toEqual([]);
    expect(status).toMatchObject({
      state: 'degraded',
      totalCount: 1,
      totalReady: 0,
      subsetsStatus: {
        'shop/backend': {
          deployment: { status: 'missing' },
          destinationRules: [],
          virtualServices: [],
          subsetErrors: {
            deployment: [{ error: expect.stringContaining('shop/backend not found') }],
          },
        },
      },
    });
    expect(conditionsOf(status)).toMatchObject({
      WorkloadsReady: { reason: 'WorkloadFailed' },
      Ready: { reason: 'Degraded' },
    });
    expect(errorsOf(status)).not.toHaveProperty('subset');
  });
});

describe('a clone that crashes', () => {
  it('keeps its routes, and is reported', () => {
    const now = ready();
    now.children = now.children.map((child) =>
      child.kind === 'Deployment'
        ? running(child as Deployment, {
            availableReplicas: 0,
            conditions: [
              { type: 'Available', status: 'False' },
              { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
            ],
          })
        : child,
    );
    const { status, children } = decide(now);
    expect(children.map((child) => Reflect.get(child, 'spec').active)).toContain(true);
    const error = 'its pods were available and no longer are; see its events';
    expect(errorsOf(status)).toEqual({ deployment: [{ error, lastOccurrence: stamp(65) }] });
    expect(status.state).toBe('degraded');
  });
});

describe('a spec that is refused', () => {
  const refusals = [
    { reason: 'Invalid', path: 'spec.subsets[0].replicas', message: 'must be at least 1' },
    { reason: 'Forbidden', message: 'no' },
  ];
  const TEXT = 'spec.subsets[0].replicas: must be at least 1; no';

  it.each(['dynamic-apply', 'server-side-apply'] as const)(
    'keeps what exists and creates nothing (%s)',
    (mode) => {
      const now = ready({}, MESH, { mode });
      const [clone, , injection] = now.children;
      now.children = now.children.filter(({ kind }) => kind !== 'DestinationRule');
      const before = now.env.status;
      const { children, status, ...rest } = decide(now, refusals);
      expect(children.map(({ kind, metadata: { name } }) => [kind, name])).toEqual(
        [clone, injection].map((child) => [child?.kind, child?.metadata.name]),
      );
      expect(children.map((child) => Reflect.get(child, 'spec'))).toEqual(
        [clone, injection].map((child) => Reflect.get(child ?? {}, 'spec')),
      );
      expect(rest).toEqual({});
      expect(status).toEqual({
        state: 'degraded',
        totalCount: 1,
        totalReady: 1,
        match: 'user=alice',
        subsetsStatus: before?.subsetsStatus,
        conditions: [
          condition('Ready', 'False', 'InvalidSpec', TEXT, 65),
          ...(['WorkloadsReady', 'RoutesInjected', 'Guarded', 'Conflicting'] as const).map((type) =>
            condition(
              type,
              'Unknown',
              'InvalidSpec',
              'not checked until the spec is corrected; existing objects stay as they are',
              65,
            ),
          ),
          condition(
            'Reconciling',
            'False',
            'InvalidSpec',
            'waiting for the spec to be corrected',
            65,
          ),
          condition('Stalled', 'True', 'InvalidSpec', TEXT, 65),
        ],
      });
    },
  );

  it('may be the first one of the env, in any shape', () => {
    const env = { ...dynamicEnv(), spec: {} } as unknown as ReturnType<typeof dynamicEnv>;
    const { children, status } = decide(envFixture(env, MESH), refusals);
    expect(children).toEqual([]);
    expect([status.state, status.totalCount, status.totalReady]).toEqual(['degraded', 0, 0]);
    expect(status).not.toHaveProperty('match');
    expect(status).not.toHaveProperty('subsetsStatus');
  });

  it('keeps the status of consumers, too', () => {
    const now = ready({ subsets: [], consumers: [workload('shop/backend')] });
    const { status } = decide(now, refusals);
    expect(status.consumersStatus).toEqual(now.env.status?.consumersStatus);
    expect(status).not.toHaveProperty('subsetsStatus');
  });

  it('can also be refused because the env name is already a subset of a base rule', () => {
    const now = ready();
    const before = namesOf(now.children);
    const taken = rule('shop/backend', { subsets: [subset('shared'), subset('backend-alice')] });
    now.others = [...now.others.filter(({ kind }) => kind !== 'DestinationRule'), taken];
    const { children, status } = decide(now);
    expect(namesOf(children)).toEqual(before);
    expect(conditionsOf(status)['Stalled']).toMatchObject({
      status: 'True',
      message:
        'metadata.name: DestinationRule shop/backend already has a subset for alice (backend-alice); give the env another name',
    });
    expect(decide(envFixture(dynamicEnv(), now.others)).children).toEqual([]);
  });
});

describe('an env with a namespace that came as an index', () => {
  const index = (more: KubeObject[] = []) => keptIndex('shop', [...MESH, ...more]);

  it('gets the same answer as with objects', () => {
    const byIndex = ready({}, [...without('Service', 'DestinationRule'), ...index()]);
    const byObjects = ready();
    expect(byIndex.env.status).toEqual(byObjects.env.status);
    expect(byIndex.children).toEqual(byObjects.children);
  });

  it('shows its rules to an env that has only a consumer in it', () => {
    const taken = rule('shop/x', {
      host: 'teller.bank.svc.cluster.local',
      subsets: [subset('alice')],
    });
    const bank = [deployment('bank/teller'), service('bank/teller')];
    const others = [deployment('shop/backend'), ...bank, ...index([taken])];
    const consumers = [workload('shop/backend')];
    const reasonOf = (spec: object) =>
      conditionsOf(decide(envFixture(dynamicEnv(spec), others)).status)['Stalled']?.reason;
    const subsets = [workload('bank/teller')];
    expect(reasonOf({ subsets, consumers })).toBe('InvalidSpec');
    expect(reasonOf({ subsets: [...subsets, ...consumers] })).toBe('InvalidSpec');
  });
});

describe('an env with a namespace whose index was requested and is missing', () => {
  const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  const withoutIndex = (now: EnvFixture) => {
    const hidden = ['Service', 'DestinationRule'];
    now.others = [NAMESPACE, ...now.others.filter(({ kind }) => !hidden.includes(kind))];
  };

  it.each(['dynamic-apply', 'server-side-apply'] as const)(
    'keeps its children, and says why (%s)',
    (mode) => {
      const now = ready({}, MESH, { mode });
      const before = now.env.status;
      const answered = decide(now).children;
      withoutIndex(now);
      const { children, status, ...rest } = decide(now);
      expect(children).toEqual(
        mode === 'dynamic-apply'
          ? now.children.map((child) =>
              JSON.parse(
                child.metadata.annotations?.['metacontroller.k8s.io/last-applied-configuration'] ??
                  '',
              ),
            )
          : expect.arrayContaining(
              answered.map(({ spec }: KubeObject & { spec?: object }) =>
                expect.objectContaining({ spec }),
              ),
            ),
      );
      expect(rest).toEqual({});
      const text =
        'MeshIndex shop/mesh-index, through which this namespace is read, is missing; see the events of Namespace shop, and whether the DecoratorController mesh-index is installed and selects it; or take the namespace out of indexedNamespaces';
      const kept = 'not checked until the MeshIndex can be read; existing objects stay as they are';
      const waiting = 'waiting for a MeshIndex that can be read';
      expect(status).toEqual({
        ...before,
        state: 'degraded',
        conditions: [
          condition('Ready', 'False', 'NoMeshIndex', text, 65),
          ...(['WorkloadsReady', 'RoutesInjected', 'Guarded', 'Conflicting'] as const).map((type) =>
            condition(type, 'Unknown', 'NoMeshIndex', kept, 65),
          ),
          condition('Reconciling', 'False', 'NoMeshIndex', waiting, 65),
          condition('Stalled', 'True', 'NoMeshIndex', text, 65),
        ],
      });
    },
  );

  it('creates nothing', () => {
    const now = envFixture(dynamicEnv(), MESH);
    withoutIndex(now);
    expect(decide(now).children).toEqual([]);
  });

  it('is removed like any other env', () => {
    const now = ready();
    withoutIndex(now);
    now.env = {
      ...now.env,
      metadata: { ...now.env.metadata, deletionTimestamp: stamp(65) },
    };
    settle(now);
    expect(namesOf(now.children)).not.toEqual([]);
    expect(wait(now, 11).finalized).toBe(true);
  });

  it('reports an invalid spec first', () => {
    const now = ready();
    withoutIndex(now);
    const { status } = decide(now, [{ reason: 'Invalid', message: 'wrong', path: 'spec' }]);
    expect(conditionsOf(status)['Ready']?.reason).toBe('InvalidSpec');
  });
});

describe('resyncAfterSeconds', () => {
  it('is never longer than an hour', () => {
    const now = envFixture(dynamicEnv(), MESH);
    settle(now);
    now.children = now.children.map((child) =>
      child.kind === 'DestinationRule'
        ? {
            ...child,
            metadata: { ...child.metadata, managedFields: [{ time: '9999-01-01T00:00:00Z' }] },
          }
        : child,
    );
    expect(decide(now).resyncAfterSeconds).toBe(3600);
  });

  it('follows the settle time', () => {
    const now = envFixture(dynamicEnv(), MESH, { config: { ...CONFIG, settleSeconds: 7 } });
    expect(settle(now).resyncAfterSeconds).toBe(8);
  });
});

it('lists an env’s workloads, subsets first', () => {
  const consumers = [workload('shop/a')];
  const subsets = [workload('shop/c'), workload('bank/b')];
  const brief = envWorkloads(dynamicEnv({ consumers, subsets }));
  expect(brief.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    'subset shop/c',
    'subset bank/b',
    'consumer shop/a',
  ]);
  expect(envWorkloads({ spec: { istioMatches: [] } })).toEqual([]);
});
