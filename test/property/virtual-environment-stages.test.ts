import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { VirtualService } from '../../src/istio/types.ts';
import { subsetsByHost, subsetsOf } from '../../src/kinds/virtual-environment/in-use.ts';
import { borderedPrefixes } from '../../src/kinds/virtual-environment/levels.ts';
import { CONFIG } from '../support/objects.ts';
import {
  answerOf,
  applied,
  environment,
  later,
  levelService,
  levelWorkload,
  settled,
  type World,
  world,
} from '../support/virtual-environment-world.ts';

const APP = 'app';
const HOST = { name: APP, namespace: 'shop', clusterDomain: CONFIG.clusterDomain };
const VALUES = ['dev', 'dev.a', 'dev.a.b', 'dev-a', 'x'];
const STATES = ['absent', 'ready', 'unready', 'leaving'] as const;
type State = (typeof STATES)[number];
/** What somebody edits or deletes. */
const LOSSES = ['memory', 'subsets', 'rule', 'virtualService', 'routes'] as const;

type Event =
  | { set: string; to: State }
  | { wait: number }
  | { lose: (typeof LOSSES)[number] }
  | { use: string | undefined };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ set: fc.constantFrom(...VALUES), to: fc.constantFrom(...STATES) }),
  },
  { weight: 5, arbitrary: fc.record({ wait: fc.constantFrom(1, 3, 4, 5, 11, 20) }) },
  { weight: 4, arbitrary: fc.record({ lose: fc.constantFrom(...LOSSES) }) },
  { weight: 1, arbitrary: fc.record({ use: fc.constantFrom('dev', 'dev-a', undefined) }) },
);
const setup = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 25 }),
  defaultSubset: fc.constantFrom(undefined, 'dev', 'dev.a'),
});

/** What somebody who watches the stored objects knows. Times in milliseconds. */
interface Watched {
  world: World;
  states: Map<string, State>;
  /** By subset: since when the DestinationRule has it, and when a VirtualService led there last. */
  since: Map<string, number>;
  used: Map<string, number>;
}

function namesIn({ virtualServices, foreign }: World): Set<string> {
  const all = [
    ...virtualServices.values(),
    ...foreign.filter(({ kind }) => kind === 'VirtualService'),
  ];
  return new Set(subsetsOf(subsetsByHost(all), HOST));
}

function subsetsIn({ rules }: World): Set<string> {
  return new Set((rules.get(APP)?.spec.subsets ?? []).map(({ name }) => name));
}

function happen(event: Event, before: World, states: Map<string, State>): World {
  if ('wait' in event) return later(before, event.wait);
  if ('lose' in event) return lose(event.lose, before);
  if ('use' in event) {
    return { ...before, foreign: event.use === undefined ? [] : [userOf(event.use)] };
  }
  states.set(event.set, event.to);
  const workloads = [...states]
    .filter(([, state]) => state !== 'absent')
    .map(([value, state]) =>
      levelWorkload(APP, value, { isReady: state !== 'unready', isLeaving: state === 'leaving' }),
    );
  return { ...before, workloads };
}

function lose(what: (typeof LOSSES)[number], before: World): World {
  const [rule, routes] = [before.rules.get(APP), before.virtualServices.get(APP)];
  if (what === 'rule') return { ...before, rules: new Map() };
  if (what === 'virtualService') return { ...before, virtualServices: new Map() };
  if (what === 'routes') {
    const edited = routes && { ...routes, spec: { ...routes.spec, http: [] } };
    return { ...before, virtualServices: new Map(edited ? [[APP, edited]] : []) };
  }
  const edited = rule && {
    memory: { ...rule, metadata: { ...rule.metadata, annotations: {} } },
    subsets: { ...rule, spec: { ...rule.spec, subsets: [] } },
  };
  return { ...before, rules: new Map(edited ? [[APP, edited[what]]] : []) };
}

/** A VirtualService of somebody else that leads to a subset. */
function userOf(subset: string): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'entrance', namespace: 'shop', creationTimestamp: '2026-01-02T00:00:00Z' },
    spec: {
      hosts: ['a.example.com'],
      gateways: ['gw'],
      http: [{ route: [{ destination: { host: APP, subset } }] }],
    },
  };
}

function watch({ world: current, since, used }: Watched): void {
  const time = current.now.getTime();
  const present = subsetsIn(current);
  for (const name of [...since.keys()]) if (!present.has(name)) since.delete(name);
  for (const name of present) if (!since.has(name)) since.set(name, time);
  for (const name of namesIn(current)) used.set(name, time);
}

/** One sync, with the law of the stages checked. */
function sync(watched: Watched): void {
  const { world: before, since, used } = watched;
  const time = before.now.getTime();
  const after = applied(before, answerOf(before));
  const old = namesIn(before);
  for (const name of namesIn(after)) {
    if (old.has(name)) continue;
    const waited = time - (since.get(name) ?? time);
    if (waited < CONFIG.settleSeconds * 1000)
      throw new Error(`${name} is routed after ${waited} ms`);
  }
  const left = subsetsIn(after);
  for (const name of subsetsIn(before)) {
    if (left.has(name)) continue;
    const waited = time - (used.get(name) ?? 0);
    if (waited < CONFIG.drainSeconds * 1000) throw new Error(`${name} leaves after ${waited} ms`);
  }
  watched.world = after;
  watch(watched);
}

function play(events: readonly Event[], defaultSubset: string | undefined): Watched {
  const parent = environment({ envLabel: defaultSubset === undefined ? {} : { defaultSubset } });
  const watched: Watched = {
    world: world({ parent, services: [levelService(APP)] }),
    states: new Map(),
    since: new Map(),
    used: new Map(),
  };
  for (const event of events) {
    watched.world = happen(event, watched.world, watched.states);
    watch(watched);
    // A second one, as after each write.
    sync(watched);
    sync(watched);
  }
  return watched;
}

/** Is this version routed in the end? Undefined: that depends on what was before. */
function wantedRoute(
  value: string,
  states: ReadonlyMap<string, State>,
  defaultSubset: string | undefined,
): boolean | undefined {
  const isReady = (level: string) => states.get(level) === 'ready';
  if (isReady(value)) return true;
  if ((states.get(value) ?? 'absent') === 'absent') return false;
  const hasOther = borderedPrefixes(value, '.').some(isReady);
  return hasOther && value !== defaultSubset ? false : undefined;
}

/** Values of the versions to whose subsets the VirtualService leads. */
function routedIn({ rules, virtualServices }: World): Set<string> {
  const names = subsetsOf(subsetsByHost([...virtualServices.values()]), HOST);
  const subsets = rules.get(APP)?.spec.subsets ?? [];
  return new Set(
    subsets
      .filter(({ name }) => names.has(name))
      .map(({ labels }) => labels?.['virtual-env'] ?? ''),
  );
}

describe('the stages of a VirtualEnvironment', () => {
  it('add no route before its subset has settled, and remove no subset before it has drained', () => {
    fc.assert(
      fc.property(setup, ({ events, defaultSubset }) => {
        play(events, defaultSubset);
      }),
      { numRuns: 300 },
    );
  });

  it('come to rest with routes for all that is ready, and for nothing that has another version to go to', () => {
    fc.assert(
      fc.property(setup, ({ events, defaultSubset }) => {
        const { world: last, states } = play(events, defaultSubset);
        const present = VALUES.filter((value) => (states.get(value) ?? 'absent') !== 'absent');
        if (present.length < 2) return;
        const routed = routedIn(settled(last));
        for (const value of VALUES) {
          const wanted = wantedRoute(value, states, defaultSubset);
          if (wanted !== undefined) expect([value, routed.has(value)]).toEqual([value, wanted]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('end with nothing when the VirtualEnvironment is deleted', () => {
    fc.assert(
      fc.property(setup, ({ events, defaultSubset }) => {
        const watched = play(events, defaultSubset);
        const { world: last } = watched;
        const { parent } = last;
        const metadata = { ...parent.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' };
        watched.world = { ...last, parent: { ...parent, metadata }, foreign: [] };
        for (let step = 0; step < 20; step += 1) {
          watch(watched);
          sync(watched);
          watched.world = later(watched.world, 1);
        }
        expect(answerOf(watched.world)).toMatchObject({ finalized: true, children: [] });
      }),
      { numRuns: 100 },
    );
  });
});
