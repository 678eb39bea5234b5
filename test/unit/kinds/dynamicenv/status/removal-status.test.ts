import { describe, expect, it } from '@jest/globals';
import type {
  DynamicEnvSpec,
  DynamicEnvStatus,
  Workload,
} from '../../../../../src/api/dynamicenv.ts';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { VirtualService } from '../../../../../src/istio/types.ts';
import type { Observed } from '../../../../../src/kinds/dynamicenv/observed.ts';
import { removalStatus } from '../../../../../src/kinds/dynamicenv/status/removal-status.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import { carrying } from '../../../../support/env-fixture.ts';
import {
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  injection,
  NOW,
  objectMap,
  rule,
  stamp,
  virtualService,
  workload,
} from '../../../../support/objects.ts';

const ours = (base = 'shop/backend') => ({ annotations: { 'riskified.com/deployment': base } });
const withdrawn = (seconds: number): RouteInjection =>
  injection(
    { active: false },
    { managedFields: [{ manager: 'metacontroller', time: stamp(seconds) }] },
  );
const WEB_HOST = 'web.shop.svc.cluster.local';
const ROUTED = carrying(virtualService('shop/backend'), [injection({ active: true })]);
const BEFORE: DynamicEnvStatus = {
  state: 'ready',
  totalCount: 2,
  totalReady: 2,
  match: 'user=alice',
  conditions: [
    { type: 'Ready', status: 'False', reason: 'x', message: 'y', lastTransitionTime: stamp(-999) },
  ],
};

const statusOf = (
  observed: Partial<Observed>,
  virtualServices: VirtualService[] = [],
  status?: DynamicEnvStatus,
  spec: Partial<DynamicEnvSpec> = {},
  deletedAt = -30,
) => {
  const env = dynamicEnv(spec, { deletionTimestamp: stamp(deletedAt) });
  return removalStatus({
    env: deepFreeze(status === undefined ? env : { ...env, status }),
    view: meshView(deepFreeze(objectMap(virtualServices)), 'cluster.local'),
    observed: deepFreeze({ deployments: [], rules: [], injections: [], ...observed }),
    config: CONFIG,
    now: NOW,
  });
};

const condition = (type: string, status: string, reason: string, message: string, at = -30) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: stamp(at),
  observedGeneration: 1,
});

describe('removalStatus', () => {
  it('reports what is left, and keeps only the counts of the earlier status', () => {
    const children = { deployments: [deployment('shop/x')], injections: [withdrawn(0)] };
    const { status, wait } = statusOf(children, [ROUTED], BEFORE);
    expect(wait).toBe(121);
    expect(status).toMatchObject({ state: 'processing', totalCount: 2, totalReady: 0 });
    expect(status.match).toBe('user=alice');
    expect(status.conditions).toEqual([
      condition(
        'Ready',
        'False',
        'Removing',
        'still to go: Deployment shop/x, RouteInjection alice-backend',
      ),
      condition(
        'WorkloadsReady',
        'False',
        'Removing',
        'the clones are deleted when no request is routed to them',
      ),
      condition('RoutesInjected', 'False', 'Removing', 'the routes are removed first'),
      condition('Guarded', 'Unknown', 'Removing', 'no longer checked'),
      condition(
        'Conflicting',
        'False',
        'Removing',
        'an env that is being removed takes no requests',
      ),
      condition(
        'Reconciling',
        'True',
        'Removing',
        'still to go: Deployment shop/x, RouteInjection alice-backend',
      ),
      condition('Stalled', 'False', 'Progressing', 'nothing blocks this env'),
    ]);
  });

  it('names what delays the removal', () => {
    const { status, wait } = statusOf({ injections: [withdrawn(-130)] }, [ROUTED]);
    expect(wait).toBeUndefined();
    expect([status.totalCount, status.match]).toEqual([0, undefined]);
    expect(status.conditions?.[0]?.message).toBe('still to go: RouteInjection alice-backend');
    expect(status.conditions?.[6]).toMatchObject({
      ...condition('Stalled', 'True', 'RoutesRemain', '', -10),
      message: expect.stringMatching(/^routes stay in VirtualService shop\/backend /),
    });
  });

  it('continues to name what is left, even if by this clock it would be too early', () => {
    const told = 'still to go: Deployment shop/x';
    const [ready] = BEFORE.conditions ?? [];
    const before = { ...BEFORE, conditions: ready ? [{ ...ready, message: told }] : [] };
    const children = { deployments: [deployment('shop/x')] };
    const messages = [BEFORE, before].map(
      (status) => statusOf(children, [], status, {}, -1).status.conditions?.[0]?.message,
    );
    expect(messages).toEqual([
      'first the routes are removed, then the clones and rules that they led to',
      told,
    ]);
  });

  const going = (name: string) => ({ name, namespace: 'shop', status: 'removing' });
  const clone = deployment('shop/backend-alice', {}, ours());
  const clonedRule = rule('shop/backend-alice-x', {}, ours());
  const other = rule('shop/web-alice-x', {}, ours('shop/web'));

  it.each<[string, Partial<Observed>, VirtualService[], object]>([
    ['nothing is left', {}, [], {}],
    [
      'routes, clone and rule are there',
      { deployments: [clone], rules: [clonedRule, other], injections: [withdrawn(0)] },
      [ROUTED, virtualService('shop/other')],
      {
        'shop/backend': {
          deployment: going('backend-alice'),
          destinationRules: [going('backend-alice-x')],
          virtualServices: [going('backend')],
        },
      },
    ],
    [
      'the RouteInjection is the last',
      { injections: [withdrawn(0)] },
      [],
      {
        'shop/backend': {
          deployment: { name: 'backend-alice', namespace: 'shop', status: 'missing' },
          destinationRules: [],
          virtualServices: [],
        },
      },
    ],
    ['its mark was edited away', { deployments: [deployment('shop/backend-alice')] }, [], {}],
  ])('reports what is left of each workload: %s', (_what, children, routed, expected) => {
    const { status } = statusOf(children, routed);
    expect(status.subsetsStatus ?? {}).toEqual(expected);
    expect(status).not.toHaveProperty('consumersStatus');
  });

  it('names no workload, and says so, if nothing is left', () => {
    const { status } = statusOf({});
    expect(status).not.toHaveProperty('subsetsStatus');
    expect(status.conditions?.[0]?.message).toBe('still to go: nothing');
  });

  it('reports each workload separately', () => {
    const web = injection(
      { deployment: { namespace: 'shop', name: 'web' }, clone: 'web-alice', host: WEB_HOST },
      { name: 'alice-web' },
    );
    const routes = carrying(virtualService('shop/web'), [
      { ...web, spec: { ...web.spec, active: true } },
    ]);
    const { status } = statusOf({ injections: [withdrawn(0), web] }, [ROUTED, routes]);
    const missing = (name: string) => ({ name, namespace: 'shop', status: 'missing' });
    expect(status.subsetsStatus).toEqual({
      'shop/backend': {
        deployment: missing('backend-alice'),
        destinationRules: [],
        virtualServices: [going('backend')],
      },
      'shop/web': {
        deployment: missing('web-alice'),
        destinationRules: [],
        virtualServices: [going('web')],
      },
    });
  });

  it('distinguishes consumers and subsets as the spec does, sorted by name', () => {
    const jobs = deployment('shop/jobs-alice', {}, ours('shop/jobs'));
    const web = deployment('shop/web-alice', {}, ours('shop/web'));
    const consumers = [workload('shop/gone'), workload('shop/jobs')];
    const { status } = statusOf({ deployments: [web, jobs, clone] }, [], BEFORE, { consumers });
    expect(status.consumersStatus).toEqual({
      'shop/jobs': { ...going('jobs-alice'), deployment: going('jobs-alice') },
    });
    expect(Object.keys(status.subsetsStatus ?? {})).toEqual(['shop/backend', 'shop/web']);
    const left = statusOf({ deployments: [jobs] }, [], BEFORE, { consumers }).status;
    expect(left).not.toHaveProperty('subsetsStatus');
  });

  it.each([undefined, null, 'shop/jobs', [null, 7, {}]])(
    'accepts any value of consumers: %j',
    (bad) => {
      const consumers = bad as unknown as Workload[];
      const { status } = statusOf({ deployments: [clone] }, [], BEFORE, { consumers });
      expect(Object.keys(status.subsetsStatus ?? {})).toEqual(['shop/backend']);
    },
  );

  it('names the first of many that are left', () => {
    const deployments = ['a', 'b', 'c', 'd', 'e'].map((name) => deployment(`shop/${name}`));
    const { status } = statusOf({ deployments });
    const message =
      'still to go: Deployment shop/a, Deployment shop/b, Deployment shop/c and 2 more';
    expect(status.conditions?.[0]?.message).toBe(message);
  });

  it('has one message while the removal takes no longer than expected, and asks for a sync at the end of that time', () => {
    const quick = (observed: Partial<Observed>, virtualServices: VirtualService[], at: number) =>
      statusOf(observed, virtualServices, BEFORE, {}, at);
    const first = quick({ deployments: [clone], injections: [withdrawn(0)] }, [ROUTED], 0);
    const last = quick({}, [], -15);
    expect(first.status.conditions?.[0]?.message).toBe(
      'first the routes are removed, then the clones and rules that they led to',
    );
    expect([first.wait, last.wait]).toEqual([16, 1]);
    const textOf = ({ status: { conditions = [], ...rest } }: typeof first) => ({
      ...rest,
      conditions: conditions.map(({ lastTransitionTime: _at, ...condition }) => condition),
    });
    expect(textOf(last)).toEqual(textOf(first));
    expect(quick({}, [], -16).wait).toBeUndefined();
  });
});
