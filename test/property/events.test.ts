import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DynamicEnvSpec } from '../../src/api/dynamicenv.ts';
import type { ObjectMap } from '../../src/hooks/types.ts';
import { canonicalJson } from '../../src/k8s/canonical.ts';
import { secondsLeft } from '../../src/k8s/time.ts';
import { syncEnv } from '../../src/kinds/dynamicenv/sync.ts';
import { at, stamp, workload } from '../support/objects.ts';
import { childrenMap, relatedMap } from '../support/sent.ts';
import { ordersBase, subscriber } from '../support/subscribers.ts';
import {
  advance,
  type Control,
  deleteByHand,
  type History,
  history,
  type Sync,
  setPods,
  sync,
} from './lib/events-history.ts';

type Happening = (one: History) => void;

const aSync: fc.Arbitrary<Sync> = fc.record({
  lag: fc.record({
    Subscriber: fc.constantFrom(0, 0, 1, 4, 8, 50),
    Deployment: fc.constantFrom(0, 0, 1, 8, 50),
  }),
  lost: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(['Subscriber', 'Deployment']) },
  ),
});

const FRESH: Sync = { lag: { Subscriber: 0, Deployment: 0 }, lost: [] };

const change =
  (spec: Partial<DynamicEnvSpec>): Happening =>
  ({ now }) => {
    now.env = { ...now.env, spec: { ...now.env.spec, ...spec } };
  };

const AS = {
  subset: { subsets: [workload('shop/orders', { events: {} })], consumers: [] },
  consumer: { subsets: [], consumers: [workload('shop/orders', { events: {} })] },
  plain: { subsets: [workload('shop/orders')], consumers: [] },
  elsewhere: { subsets: [workload('shop/other')], consumers: [] },
} as const satisfies Record<string, Partial<DynamicEnvSpec>>;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: aSync.map(
      (how): Happening =>
        (one) =>
          void sync(one, how),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(1, 2, 5, 12, 34, 36, 130).map(
      (seconds): Happening =>
        (one) =>
          advance(one, seconds),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<Partial<DynamicEnvSpec>>(
        { suspend: true },
        { suspend: false },
        { ref: 'mp-101' },
        { ref: 'mp-102' },
        ...Object.values(AS),
      )
      .map(change),
  },
  {
    weight: 2,
    // A removal whose first write is seen late.
    arbitrary: fc.tuple(fc.boolean(), fc.constantFrom(20, 30, 34, 36)).map(
      ([suspend, seconds]): Happening =>
        (one) => {
          change({ suspend })(one);
          for (const wait of [0, seconds, 0, 0]) {
            advance(one, wait);
            sync(one, FRESH);
          }
        },
    ),
  },
  fc.boolean().map(
    (run): Happening =>
      (one) =>
        setPods(one, run),
  ),
  fc.constantFrom<'Subscriber' | 'Deployment'>('Subscriber', 'Deployment').map(
    (kind): Happening =>
      (one) =>
        deleteByHand(one, kind),
  ),
  fc.constantFrom({}, { 'riskified.com/event-routing': 'true' }).map((labels): Happening => {
    return ({ now }) => {
      now.others = now.others.map((one) => (one.kind === 'Deployment' ? ordersBase(labels) : one));
    };
  }),
  fc.boolean().map((isThere): Happening => {
    const other = subscriber('Live', {}, { creationTimestamp: stamp(-9) }, 'bob');
    return ({ now }) => {
      const rest = now.others.filter(({ kind }) => kind !== 'Subscriber');
      now.others = isThere ? [...rest, other] : rest;
    };
  }),
);

/** Until its consumers are Live. */
const begin: readonly Happening[] = [0, 0, 4, 4].map(
  (seconds): Happening =>
    (one) => {
      advance(one, seconds);
      sync(one, FRESH);
    },
);

/** Most begin with consumers that are Live: that is where something can be lost. */
const begun = fc.constantFrom<Happening[]>([], [...begin]);

const life = fc
  .record({
    as: fc.constantFrom(AS.subset, AS.consumer),
    begun,
    happenings: fc.array(happening, { maxLength: 40 }),
  })
  .map(({ as, begun: first, happenings }) => {
    const one = history(as);
    for (const happen of [...first, ...happenings]) happen(one);
    return one;
  });

/** Consumers that leave go on instead, as long as ten seconds of their wait are left. */
const asLongAsTimeIsLeft: Control = (own, { spec: { suspend } }, time) => {
  const { 'riskified.com/leaving-since': noted, ...annotations } = own.metadata.annotations ?? {};
  const written = own.metadata.managedFields?.[0]?.time ?? '';
  const left = noted === undefined ? 36 : secondsLeft(written, 35, at(time));
  if (suspend === true || own.spec.phase !== 'Leaving' || left < 10) return own;
  const metadata = { ...own.metadata, annotations };
  return { ...own, metadata, spec: { ...own.spec, phase: 'Joining' } };
};

const asItIs: Control = (own) => own;

const lateSync = fc.constantFrom(0, 0, 50).chain((Subscriber) =>
  fc.constantFrom(0, 0, 50).map((Deployment): Sync => {
    return { lag: { Subscriber, Deployment }, lost: [] };
  }),
);

/** An env that is suspended and woken in turn, and nothing else. */
const suspended = fc
  .array(
    fc.record({
      seconds: fc.constantFrom(0, 5, 12, 20, 30),
      syncs: fc.array(lateSync, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 3, maxLength: 8 },
  )
  .map((turns) => (control?: Control) => {
    const one = history(AS.consumer, control);
    for (const happen of begin) happen(one);
    for (const [index, { seconds, syncs }] of turns.entries()) {
      change({ suspend: index % 2 === 0 })(one);
      advance(one, seconds);
      for (const how of syncs) sync(one, how);
    }
    return one.problems;
  });

describe('an env that is suspended and woken, with caches that are late', () => {
  it.each([
    ['', undefined],
    [', though the API server would take any phase', asItIs],
  ])('keeps its pods as long as somebody may rely on them%s', (_, control) => {
    fc.assert(
      fc.property(suspended, (run) => {
        expect(run(control)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('control: it does not if consumers that leave may go on instead', () => {
    const found = fc.check(
      fc.property(suspended, (run) => run(asLongAsTimeIsLeft).length === 0),
      { numRuns: 3_000, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});

describe('the consumers of an env, whatever happens, with caches that are late and writes that are lost', () => {
  it('keep their pods for 35 s after somebody may have relied on them, and are Live only after all is forked', () => {
    fc.assert(
      fc.property(life, ({ problems }) => {
        expect(problems).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('the same input gives the same bytes, in any order of the lists', () => {
    const order = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(life, order, ({ now }, stream) => {
        const children = childrenMap(now.children);
        const related = relatedMap(now.env, now.config, now.others);
        const decideOn = (one: ObjectMap, other: ObjectMap) =>
          JSON.stringify(
            syncEnv({ env: now.env, children: one, related: other }, [], now.config, at(now.time)),
          );
        const first = decideOn(children, related);
        expect(decideOn(children, related)).toBe(first);
        const mixed = decideOn(shuffled(children, stream), shuffled(related, stream));
        expect(canonicalJson(JSON.parse(mixed))).toBe(canonicalJson(JSON.parse(first)));
      }),
    );
  });

  it('come to rest: a suspended env has no children after three minutes, a resumed one is Live again', () => {
    fc.assert(
      fc.property(life, (one) => {
        one.now.others = one.now.others.filter(({ kind }) => kind !== 'Subscriber');
        one.now.others = one.now.others.map((object) =>
          object.kind === 'Deployment' ? ordersBase() : object,
        );
        setPods(one, true);
        change({ ...AS.subset, ref: 'mp-101', suspend: true })(one);
        rest(one);
        expect(one.now.children).toEqual([]);
        change({ suspend: false })(one);
        rest(one);
        expect(one.now.children).toContainEqual(
          expect.objectContaining({ spec: expect.objectContaining({ phase: 'Live' }) }),
        );
        expect(one.problems).toEqual([]);
      }),
    );
  });
});

function rest(one: History): void {
  for (let round = 0; round < 20; round += 1) {
    advance(one, 10);
    sync(one, FRESH);
  }
}

/** The same maps with their keys in another order. */
function shuffled(maps: ObjectMap, stream: fc.Stream<number>): ObjectMap {
  const mixed = <T>(map: Record<string, T>): Record<string, T> => {
    const keyed = Object.entries(map).map((entry) => [stream.next().value, entry] as const);
    return Object.fromEntries(
      keyed.sort(([a], [b]) => Number(a) - Number(b)).map(([, one]) => one),
    );
  };
  return mixed(Object.fromEntries(Object.entries(maps).map(([key, map]) => [key, mixed(map)])));
}
