import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { CONFIGURATION_ANNOTATION, envLabel } from '../../src/api/marks.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import type { ObjectMap } from '../../src/hooks/types.ts';
import type { DestinationRule, VirtualService } from '../../src/istio/types.ts';
import { canonicalJson } from '../../src/k8s/canonical.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { type Deployment, isAvailable } from '../../src/k8s/workload.ts';
import { syncEnv } from '../../src/kinds/dynamicenv/sync.ts';
import { environment, reading, statefulSet } from '../support/configuration.ts';
import {
  decide,
  type EnvFixture,
  envFixture,
  namesOf,
  settle,
  step,
} from '../support/env-fixture.ts';
import {
  at,
  dynamicEnv,
  routeTo,
  rule,
  running,
  service,
  virtualService,
  workload,
} from '../support/objects.ts';
import { childrenMap, relatedMap } from '../support/sent.ts';

const NAMES = ['a', 'b', 'c'];
const variables = fc
  .subarray(['X', 'Y', 'Z'])
  .map((names) => names.map((name) => ({ name, value: name === 'Z' ? '$(X)' : '1' })));

/** A Deployment with what may be around it. */
const part = (name: string): fc.Arbitrary<KubeObject[]> =>
  fc
    .record({
      env: variables,
      version: fc.constantFrom('shared', 'shared', 'shared', 'mp-7', ''),
      has: fc.subarray(['service', 'rule', 'routes'] as const, { minLength: 2 }),
      isOpen: fc.constantFrom(false, false, false, true),
      isStateful: fc.constantFrom(false, false, false, true),
    })
    .map(({ env, version, has, isOpen, isStateful }) => {
      const make = isStateful ? statefulSet : reading;
      const labels = { app: name, ...(version && { version }) };
      const around = {
        service: service(`shop/${name}`),
        rule: rule(`shop/${name}`),
        routes: virtualService(`shop/${name}`, {
          http: [isOpen ? routeTo(name) : routeTo(name, 'shared')],
        }),
      };
      return [make(`shop/${name}`, { env, labels }), ...has.map((one) => around[one])];
    });

const values = fc.dictionary(fc.constantFrom('X', 'Y'), fc.constantFrom('1', '2', '3'), {
  noNullPrototype: true,
});
const environments = fc
  .record({
    dev: values,
    qa: values,
    has: fc.constantFrom<string[]>(['dev', 'qa'], ['dev', 'qa'], ['qa']),
  })
  .map(({ dev, qa, has }): KubeObject[] =>
    [environment('dev', { vars: dev }), environment('qa', { extends: 'dev', vars: qa })].filter(
      ({ metadata }) => has.includes(metadata.name),
    ),
  );
const world = fc.tuple(...NAMES.map(part), environments).map((lists) => lists.flat());

const spec = fc
  .record({
    environment: fc.constantFrom('dev', 'qa'),
    vars: values,
    unset: fc.constantFrom<string[]>([], ['Z']),
    subsets: fc.subarray(NAMES, { maxLength: 1 }),
    hasScope: fc.constantFrom(true, true, true, false),
    consumers: fc.boolean(),
    allowPartial: fc.boolean(),
    suspend: fc.constantFrom(false, false, false, true),
  })
  .map(({ subsets, hasScope, consumers, ...rest }): DynamicEnv['spec'] => ({
    istioMatches: [{ headers: { user: { exact: 'alice' } } }],
    ...rest,
    subsets: (hasScope ? subsets : ['a']).map((name) => workload(`shop/${name}`)),
    ...(hasScope ? { scope: [{ namespace: 'shop', consumers }] } : {}),
  }));

type Happening = (now: EnvFixture) => void;
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Happening>((now) => void step(now)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 4, 11, 30).map(
      (seconds): Happening =>
        (now) => {
          now.time += seconds;
        },
    ),
  },
  spec.map(
    (changed): Happening =>
      (now) => {
        now.env = { ...now.env, spec: changed };
      },
  ),
  world.map(
    (others): Happening =>
      (now) => {
        now.others = others.map((object) => markedAs(object, now));
      },
  ),
  fc.boolean().map(
    (podsRun): Happening =>
      (now) => {
        now.podsStart = podsRun;
        if (podsRun) now.children = now.children.map(started);
      },
  ),
);

/** A VirtualService that remains keeps its marks, by which the env sees it. */
function markedAs(object: KubeObject, { others }: EnvFixture): KubeObject {
  const old = others.find(
    ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
  );
  if (old === undefined || object.kind !== 'VirtualService') return object;
  const { labels, annotations } = old.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
  };
}

function started(child: KubeObject): KubeObject {
  return child.kind === 'Deployment' ? running(child as Deployment) : child;
}

const life = fc
  .record({
    env: spec,
    others: world,
    mode: fc.constantFrom<EnvFixture['mode']>('dynamic-apply', 'server-side-apply'),
    happenings: fc.array(happening, { maxLength: 14 }),
  })
  .map(({ env, others, mode, happenings }): EnvFixture => {
    const now = envFixture({ ...dynamicEnv(), spec: env }, others, { mode });
    step(now);
    for (const happen of happenings) happen(now);
    return now;
  });

const isOf = (kind: string) => (object: KubeObject) => object.kind === kind;
const keyOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`;
const isRouted = ({ others }: EnvFixture, name: string) =>
  others.some(
    (one) =>
      one.kind === 'VirtualService' &&
      one.metadata.labels?.[envLabel('alice')] &&
      one.metadata.name === name,
  );

/** The clones that an answer creates for workloads that the spec does not name. */
function created(now: EnvFixture, children: readonly KubeObject[]): string[] {
  const before = new Set(now.children.map(keyOf));
  const named = now.env.spec.subsets?.map(({ name }) => name) ?? [];
  return children
    .filter(isOf('Deployment'))
    .filter((child) => !before.has(keyOf(child)))
    .map(({ metadata }) => metadata.name.replace(/-alice$/, ''))
    .filter((name) => !named.includes(name));
}

/** The workloads whose injections are active. */
function active(children: readonly KubeObject[]): string[] {
  return (children as RouteInjection[])
    .filter(({ kind, spec }) => kind === 'RouteInjection' && spec.active)
    .map(({ spec }) => spec.deployment.name);
}

/** Is the clone of a workload available, or has it requests already? */
function serves(name: string, { children }: EnvFixture): boolean {
  const clone = children.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === `${name}-alice`,
  );
  const isThere = clone !== undefined && isAvailable(clone as Deployment);
  return isThere || active(children).includes(name);
}

function rest(now: EnvFixture): void {
  for (let round = 0; round < 8; round += 1) {
    settle(now);
    now.time += 12;
  }
}

/** While nothing can be decided, something is blocked, or a named base is gone, what an env has depends on what it had. */
function keepsWhatItHas({ env, others }: EnvFixture): boolean {
  const bases = others.filter(isOf('Deployment')).map(({ metadata }) => metadata.name);
  const { conditions = [], configuration } = env.status ?? {};
  return (
    conditions.some(({ reason }) => reason === 'ConfigurationUnreadable') ||
    (configuration?.blocked !== undefined && env.spec.allowPartial !== true) ||
    (env.spec.subsets ?? []).some(({ name }) => !bases.includes(name))
  );
}

const shown = ({ children }: EnvFixture) =>
  children
    .map((one) => `${keyOf(one)} ${one.metadata.annotations?.[CONFIGURATION_ANNOTATION]}`)
    .sort();

describe('an env with a configuration, at any time in its life', () => {
  it('gets a clone that nobody named only where regular requests name a subset', () => {
    fc.assert(
      fc.property(life, (now) => {
        for (const name of created(now, decide(now).children)) {
          const has = (kind: string) =>
            now.others.find((one) => one.kind === kind && one.metadata.name === name);
          if (has('Service') === undefined) {
            expect(now.env.spec.scope?.[0]?.consumers).toBe(true);
            continue;
          }
          expect((has('DestinationRule') as DestinationRule).spec.subsets).toHaveLength(1);
          expect(isRouted(now, name)).toBe(true);
          const routes = (has('VirtualService') as VirtualService).spec?.http ?? [];
          const open = routes.filter(({ route }) =>
            route?.some(({ destination }) => destination.subset === undefined),
          );
          expect(open).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('begins to route only when nothing is blocked, and all its clones are available', () => {
    fc.assert(
      fc.property(life, (now) => {
        const { children, status } = decide(now);
        const before = active(now.children);
        const isBegun = active(children).some((name) => !before.includes(name));
        const { blocked = [], unique = [] } = status.configuration ?? {};
        if (!isBegun || now.env.spec.scope === undefined) return;
        expect(now.env.spec.allowPartial || blocked.length === 0).toBe(true);
        const subsets = unique.filter((key) => status.subsetsStatus?.[key] !== undefined);
        for (const key of subsets) expect(serves(key.replace('shop/', ''), now)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('comes to rest, and stays there', () => {
    fc.assert(
      fc.property(life, (now) => {
        settle(now);
        const { children, status } = decide(now);
        expect(status).toEqual(now.env.status);
        expect(namesOf(children)).toEqual(namesOf(now.children));
      }),
      { numRuns: 200 },
    );
  });

  it('has after a while what it would have had from the beginning', () => {
    fc.assert(
      fc.property(life, (now) => {
        now.podsStart = true;
        now.children = now.children.map(started);
        const { status: _status, ...env } = now.env;
        const fresh = { ...envFixture(env, now.others.map(unmarked)), time: now.time };
        for (const one of [now, fresh]) rest(one);
        if (!keepsWhatItHas(now)) expect(shown(now)).toEqual(shown(fresh));
      }),
      { numRuns: 100 },
    );
  });

  it('is decided on without regard to any order', () => {
    fc.assert(
      fc.property(life, (now) => {
        const decideOn = (turn: <T>(map: Record<string, T>) => Record<string, T>) => {
          const related = relatedMap(now.env, now.config, [...now.others, ...now.children]);
          const turned = (map: ObjectMap): ObjectMap =>
            turn(Object.fromEntries(Object.entries(map).map(([key, group]) => [key, turn(group)])));
          const input = {
            env: now.env,
            children: turned(childrenMap(now.children)),
            related: turned(related),
          };
          return canonicalJson(syncEnv(input, [], now.config, at(now.time)));
        };
        const reversed = <T>(map: Record<string, T>) =>
          Object.fromEntries(Object.entries(map).reverse());
        expect(decideOn(reversed)).toBe(decideOn((map) => map));
      }),
    );
  });
});

function unmarked(object: KubeObject): KubeObject {
  if (object.kind !== 'VirtualService') return object;
  const { name, namespace = '' } = object.metadata;
  const { http = [] } = (object as VirtualService).spec ?? {};
  const own = http.filter((route) => !(route.name ?? '').startsWith('dynamic-environment-'));
  return virtualService(`${namespace}/${name}`, { http: own });
}
