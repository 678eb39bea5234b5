import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import type { VirtualServiceMerge } from '../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import { jsonEqual } from '../../src/k8s/canonical.ts';
import { PLAN_SHARE_BYTES } from '../../src/virtualservice/injections/share.ts';
import { listsOf } from '../../src/virtualservice/routes/lists.ts';
import { versionKey } from '../../src/virtualservice/routes/merge-codec.ts';
import { type PlannedInjection, planOf } from '../../src/virtualservice/routes/plan-codec.ts';
import { injection, routing, to } from '../unit/virtualservice/builders.ts';
import { mergeOfSize } from './lib/merges.ts';
import { REF_CONFIG } from './lib/virtualservice.ts';
import { admitted, settled, settledWithMerges } from './lib/writes.ts';

/**
 * Envs are created, changed and removed in a VirtualService that has little space left. The user's part changes, too.
 */

const ENVS = ['a', 'b', 'c', 'd', 'e'];
const HOSTS = ['backend', 'web'];

/** Few runs, because each run makes many writes of a large object. */
const RUNS = { numRuns: 40 };

type Step =
  | { kind: 'want'; env: string; hosts: string[]; match: number; count: number }
  | { kind: 'go'; env: string }
  | { kind: 'user'; free: number; routes: number };

const want = fc.record({
  kind: fc.constant('want' as const),
  env: fc.constantFrom(...ENVS),
  hosts: fc.constantFrom(HOSTS, ['backend'], ['web']),
  match: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(PLAN_SHARE_BYTES)),
  count: fc.integer({ min: 1, max: 3 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: want },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('go' as const), env: fc.constantFrom(...ENVS) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('user' as const),
        free: fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.constant(70_000)),
        routes: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ),
  { minLength: 3, maxLength: 14 },
);

/** A VirtualService whose annotations leave `free` bytes. One of its routes has targets on both hosts. */
function usersPart(free: number, routes: number): VirtualService {
  const filler = 'x'.repeat(Math.max(0, 256 * 1024 - free));
  const split = { route: HOSTS.map((host) => ({ ...to(host, 'shared'), weight: 1 })) };
  const single = { route: [to('web', 'shared')] };
  return routing([split, single, { ...single, name: 'r' }].slice(0, routes), {
    annotations: { filler },
  });
}

function wantedInjections({
  env,
  hosts,
  match,
  count,
}: Extract<Step, { kind: 'want' }>): RouteInjection[] {
  const matches = Array.from({ length: count }, (_, at) => ({
    headers: { user: { exact: `${at}${'m'.repeat(match)}` } },
  }));
  return hosts.map((host) =>
    injection({
      env,
      envCreationTimestamp: `2026-01-0${5 - ENVS.indexOf(env)}T00:00:00Z`,
      deployment: { namespace: 'shop', name: host },
      host: `${host}.shop.svc.cluster.local`,
      clone: `${host}-${env}`,
      matches,
    }),
  );
}

const inPlan = (object: VirtualService): readonly PlannedInjection[] =>
  planOf(object)?.injections ?? [];
const ids = (list: readonly PlannedInjection[]) => list.map(({ env, host }) => `${env} ${host}`);
const missing = (wanted: readonly PlannedInjection[], found: readonly PlannedInjection[]) =>
  ids(wanted).filter((id) => !ids(found).includes(id));

/** The user writes the whole object again, as from a manifest. */
function rewritten(object: VirtualService, step: Extract<Step, { kind: 'user' }>): VirtualService {
  const cut = admitted({ ...usersPart(step.free, step.routes) }, object, 'jane');
  // A user's write never adds an injection to the plan.
  expect(missing(inPlan(cut), inPlan(object))).toEqual([]);
  return cut;
}

/** The injections in the plan with exactly the matches that their RouteInjection requests. */
function asBefore(object: VirtualService, all: readonly RouteInjection[]) {
  return inPlan(object).filter(({ env, host, matches }) =>
    all.some(
      ({ spec }) => spec.env === env && spec.host === host && jsonEqual(spec.matches, matches),
    ),
  );
}

function expectShares(object: VirtualService): void {
  const byEnv = Map.groupBy(inPlan(object), ({ env }) => env);
  for (const own of byEnv.values()) {
    const bytes = own.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
    expect(bytes).toBeLessThanOrEqual(PLAN_SHARE_BYTES);
  }
}

function expectTold(object: VirtualService, all: readonly RouteInjection[]): void {
  const isIn = new Set(ids(inPlan(object)));
  for (const { spec } of all) {
    if (isIn.has(`${spec.env} ${spec.host}`)) continue;
    expect(object.metadata.labels?.[`env.riskified.com/${spec.env}`]).toBe('too-large');
  }
}

it('an unchanged injection never loses its place in a plan to another env, and sync and admission agree', () => {
  fc.assert(
    fc.property(steps, (history) => {
      let object = usersPart(3000, 1);
      let all: RouteInjection[] = [];
      for (const step of history) {
        if (step.kind === 'user') object = rewritten(object, step);
        else {
          const others = all.filter(({ spec }) => spec.env !== step.env);
          all = step.kind === 'want' ? [...others, ...wantedInjections(step)] : others;
        }
        const staying = asBefore(object, all);
        object = settled(object, all);
        expect(missing(staying, inPlan(object))).toEqual([]);
        expectShares(object);
        expectTold(object, all);
      }
    }),
    RUNS,
  );
});

type MergeStep =
  | Step
  | { kind: 'merge'; name: string; size: { count: number; bytes: number } }
  | { kind: 'unmerge'; name: string };

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const stepsWithMerges: fc.Arbitrary<MergeStep[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: steps.map(([first]) => first as Step) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('merge' as const),
        name,
        size: fc.record({
          count: fc.integer({ min: 1, max: 20 }),
          bytes: fc.integer({ min: 1, max: 900 }),
        }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('unmerge' as const), name }) },
  ),
  { minLength: 3, maxLength: 14 },
);

/** Every second env has a ref. */
const withRefs = (all: RouteInjection[]) =>
  all.map((one) => {
    const isEven = ENVS.indexOf(one.spec.env) % 2 === 0;
    return isEven ? { ...one, spec: { ...one.spec, ref: `mp-${one.spec.env}` } } : one;
  });

/** The versions in the plan that the cluster still asks for. */
function mergesAsBefore(object: VirtualService, all: ReadonlyMap<string, VirtualServiceMerge>) {
  return (planOf(object)?.merges ?? [])
    .filter(({ name: one, generation }) => all.get(one)?.metadata.generation === generation)
    .map(versionKey);
}

function changed(all: RouteInjection[], step: Exclude<Step, { kind: 'user' }>): RouteInjection[] {
  const others = all.filter(({ spec }) => spec.env !== step.env);
  return step.kind === 'want' ? [...others, ...withRefs(wantedInjections(step))] : others;
}

/** They are in the plan, and the VirtualService has the routes of all that are. */
function expectMerges(object: VirtualService, staying: readonly string[]): void {
  const { merges = [], olderMerges } = planOf(object) ?? {};
  expect(merges.map(versionKey)).toEqual(expect.arrayContaining([...staying]));
  expect(olderMerges).toBeUndefined();
  const merged = listsOf(object).http.filter(({ name: one }) =>
    one?.startsWith('virtual-service-merge-'),
  );
  expect(merged).toHaveLength(merges.flatMap(({ http = [] }) => http).length);
}

it('nor do envs with refs and merges in one plan, each from the other', () => {
  fc.assert(
    fc.property(stepsWithMerges, (history) => {
      let object = usersPart(70_000, 1);
      let all: RouteInjection[] = [];
      const merges = new Map<string, VirtualServiceMerge>();
      history.forEach((step, at) => {
        if (step.kind === 'merge') {
          merges.set(step.name, mergeOfSize(step.name, at + 1, step.size));
        } else if (step.kind === 'unmerge') {
          merges.delete(step.name);
        } else if (step.kind === 'user') {
          object = admitted(usersPart(step.free, step.routes), object, 'jane', REF_CONFIG);
        } else all = changed(all, step);
        const staying = asBefore(object, all);
        const mergesStaying = mergesAsBefore(object, merges);
        object = settledWithMerges(object, all, [...merges.values()]);
        expect(missing(staying, inPlan(object))).toEqual([]);
        expectMerges(object, mergesStaying);
        expectShares(object);
        expectTold(object, all);
      });
    }),
    { numRuns: 15 },
  );
}, 60_000);
