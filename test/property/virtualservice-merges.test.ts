import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import { readMergedRouteName } from '../../src/api/merged-route-name.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import type { VirtualServiceMerge } from '../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import { jsonEqual } from '../../src/k8s/canonical.ts';
import { admit } from '../../src/kinds/virtualservice/admit.ts';
import { decorate } from '../../src/kinds/virtualservice/sync.ts';
import { applyJsonPatch } from '../../src/simulator/api-server/json-patch.ts';
import { deepFreeze } from '../../src/simulator/object.ts';
import { listsOf } from '../../src/virtualservice/routes/lists.ts';
import { planOf } from '../../src/virtualservice/routes/plan-codec.ts';
import { ownLists, withoutEnvRoutes, withoutOurs } from '../../src/virtualservice/routes/strip.ts';
import { anyMerges, merges, targets } from './lib/merges.ts';
import { injections, REF_CONFIG, routeLists } from './lib/virtualservice.ts';

const FEW = { numRuns: fc.readConfigureGlobal().numRuns ?? 300 };
const START = Date.parse('2026-01-01T12:00:00Z');
/** So many writes are more than enough for a note of the trial, the routes, and a last look. */
const MOST_WRITES = 8;

interface Asked {
  injections: readonly RouteInjection[];
  merges: readonly VirtualServiceMerge[];
}

const NOTHING: Asked = { injections: [], merges: [] };

function decoration(object: VirtualService, asked: Asked, seconds: number) {
  const now = new Date(START + seconds * 1000);
  const merging = { merges: asked.merges, unknownGroups: [] };
  return decorate(object, asked.injections, REF_CONFIG, now, undefined, merging);
}

function changed(old: Record<string, string> | undefined, changes: Record<string, string | null>) {
  const all = Object.entries({ ...old, ...changes });
  return Object.fromEntries(all.flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

/** What is stored when Metacontroller writes the marks, and the webhook amends the write. */
function written(object: VirtualService, asked: Asked, seconds: number): VirtualService {
  const { annotations, labels } = decoration(object, asked, seconds);
  const metadata = {
    ...object.metadata,
    annotations: changed(object.metadata.annotations, annotations),
    labels: changed(object.metadata.labels, labels),
  };
  return admitted({ ...object, metadata }, object, REF_CONFIG.metacontrollerUser);
}

function admitted(object: VirtualService, oldObject: VirtualService, username: string) {
  const write = deepFreeze({ operation: 'UPDATE' as const, username, object, oldObject });
  const { patch, refusal } = admit(write, REF_CONFIG);
  expect(refusal).toBeUndefined();
  return deepFreeze(applyJsonPatch(object, patch));
}

/** The object after sync and admission until nothing changes any more. */
function settled(object: VirtualService, asked: Asked): VirtualService {
  let live = deepFreeze(object);
  for (let turn = 0; turn < MOST_WRITES; turn += 1) {
    const next = written(live, asked, turn);
    expect(bare(ownLists(next))).toEqual(bare(ownLists(object)));
    if (jsonEqual(next, live)) return live;
    live = next;
  }
  throw new Error('it is still written after many turns');
}

/** A list that is empty means the same as none. */
function bare(map: object): Record<string, unknown> {
  const isFull = ([, value]: [string, unknown]) => !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(map).filter(isFull));
}

const bareSpec = (object: VirtualService) => ({ ...object, spec: bare(object.spec) });

describe('a VirtualService with merges and envs', () => {
  it('has the very routes of its user in their order, and is the user’s object without ours', () => {
    fc.assert(
      fc.property(targets, merges, injections, (object, all, envs) => {
        const live = settled(object, { injections: envs, merges: all });
        expect(bareSpec(withoutOurs(live))).toEqual(bareSpec(object));
        const { http } = listsOf(live);
        const own = http.filter(
          ({ name }) => !/^(virtual-service-merge|dynamic-environment-env)-/.test(name ?? ''),
        );
        expect(own).toEqual(listsOf(object).http);
      }),
      FEW,
    );
  });

  it('is as before when all merges and envs are gone', () => {
    fc.assert(
      fc.property(targets, merges, injections, (object, all, envs) => {
        const live = settled(object, { injections: envs, merges: all });
        expect(bareSpec(settled(live, NOTHING))).toEqual(bareSpec(object));
        const withoutMerges = settled(live, { injections: envs, merges: [] });
        const never = settled(object, { injections: envs, merges: [] });
        expect(bare(withoutMerges.spec)).toEqual(bare(never.spec));
        expect(withoutMerges.metadata.labels).toEqual(never.metadata.labels);
      }),
      FEW,
    );
  });

  it('is not written again, whatever the order of the merges', () => {
    fc.assert(
      fc.property(targets, merges, injections, (object, all, envs) => {
        const live = settled(object, { injections: envs, merges: all });
        const asked = { injections: envs, merges: [...all].reverse() };
        expect(written(live, asked, 1000)).toEqual(live);
        expect(admitted(live, live, 'jane')).toEqual(live);
      }),
      FEW,
    );
  });

  it('has merged routes before its own, by number, then the newer merge, then as in the patch', () => {
    fc.assert(
      fc.property(targets, merges, injections, (object, all, envs) => {
        const live = settled(object, { injections: envs, merges: all });
        const names = withoutEnvRoutes(listsOf(live).http).map(({ name }) => name);
        const found = names.flatMap((name) => readMergedRouteName(name, 'shop/backend') ?? []);
        expect(
          names.slice(0, found.length).every((name) => name?.startsWith('virtual-service-merge-')),
        ).toBe(true);
        const planned = planOf(live)?.merges ?? [];
        const wanted = planned
          .flatMap(({ namespace, name, created, http = [] }) =>
            http.map((route, index) => ({
              namespace,
              name,
              created,
              index,
              number: numberOf(route.name),
            })),
          )
          .sort(
            (a, b) =>
              b.number - a.number ||
              Date.parse(b.created) - Date.parse(a.created) ||
              compare(a.namespace, b.namespace) ||
              compare(a.name, b.name) ||
              a.index - b.index,
          );
        expect(found.map(({ merge }) => `${merge.namespace}/${merge.name}`)).toEqual(
          wanted.map(({ namespace, name }) => `${namespace}/${name}`),
        );
      }),
      FEW,
    );
  });

  it('keeps merged routes in every write of a user, and the user’s routes as they are written', () => {
    fc.assert(
      fc.property(targets, merges, routeLists, (object, all, http) => {
        const live = settled(object, { injections: [], merges: all });
        const { tcp, tls } = ownLists(object);
        const write = { ...object, spec: { ...object.spec, http } };
        const amended = admitted(write, live, 'jane');
        expect(amended.metadata).toEqual(live.metadata);
        expect(bare(ownLists(amended))).toEqual(bare({ http, tcp, tls }));
        const ours = (one: VirtualService) =>
          listsOf(one).http.filter(({ name }) => name?.startsWith('virtual-service-merge-'));
        expect(ours(amended)).toEqual(ours(live));
        expect(listsOf(amended).tcp).toEqual(listsOf(live).tcp);
        expect(listsOf(amended).tls).toEqual(listsOf(live).tls);
      }),
      FEW,
    );
  });
});

it('merges of any shape do no harm', () => {
  fc.assert(
    fc.property(targets, merges, anyMerges, (object, good, wild) => {
      const live = settled(object, { injections: [], merges: [...good, ...wild] });
      const names = (one: VirtualService) => listsOf(one).http.map(({ name }) => name);
      const without = settled(object, { injections: [], merges: good });
      for (const name of names(without)) expect(names(live)).toContain(name);
    }),
    FEW,
  );
});

/** For the small numbers of these tests. */
function numberOf(name: string | undefined): number {
  return Number(/-(\d+)$/.exec(name ?? '')?.[1] ?? 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
