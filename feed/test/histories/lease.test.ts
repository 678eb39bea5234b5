import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { listSubscribers, SUBSCRIBERS_PATH } from '../../src/cluster/list.ts';
import { createLeaseClock } from '../../src/core/lease-clock.ts';
import type { Weather } from './api.ts';
import { type History, play, type Replaced } from './play.ts';
import { REFS } from './truth.ts';

const moment = fc.integer({ min: 0, max: 110_000 });

const change = fc.record({
  at: moment,
  ref: fc.integer({ min: 0, max: REFS - 1 }),
  to: fc.constantFrom('Live', 'Leaving', 'deleted'),
});

const weather: fc.Arbitrary<Weather> = fc.record({
  at: moment,
  slow: fc.oneof(fc.constant(5), fc.integer({ min: 0, max: 4_000 })),
  fault: fc.constantFrom('none', 'none', 'none', 'gone', 'hang', 'error', 'expire', 'no-watch'),
});

const replica = fc.record({
  weather: fc.array(weather, { maxLength: 12 }),
  watchLag: fc.oneof(fc.constant(10), fc.integer({ min: 0, max: 40_000 })),
  trouble: fc.record({
    stop: fc.record({
      at: moment,
      ms: fc.integer({ min: 0, max: 50_000 }),
      isSuspended: fc.boolean(),
    }),
    jumps: fc.array(fc.record({ at: moment, by: fc.integer({ min: -60_000, max: 60_000 }) }), {
      maxLength: 3,
    }),
  }),
});

const history: fc.Arbitrary<History> = fc.record({
  changes: fc.array(change, { minLength: 3, maxLength: 12 }),
  replicas: fc.tuple(replica, replica),
  polls: fc.array(
    fc.record({
      replica: fc.integer({ min: 0, max: 1 }),
      ms: fc.oneof(fc.constant(2), fc.integer({ min: 0, max: 3_000 })),
      wait: fc.constantFrom(0, 0, 2_000, 8_000, 20_000),
    }),
    { minLength: 7, maxLength: 7 },
  ),
});

const HISTORIES = 100;

test('no answer vouches for a ref that has not been live for longer than the lease', async () => {
  let [answers, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(history, async (one) => {
      const tally = await play(one);
      answers += tally.answers;
      refused += tally.refused;
      expect(tally.wrong).toBeUndefined();
    }),
    { numRuns: Number(process.env['FC_NUM_RUNS'] ?? HISTORIES) },
  );
  // The histories are no outages only, and not without any.
  expect(answers).toBeGreaterThan(refused);
  expect(refused).toBeGreaterThan(100);
}, 300_000);

/** Lists whose age counts from their end. */
const fromTheEnd: typeof listSubscribers = async (parts, signal) => {
  const list = await listSubscribers(parts, signal);
  return { ...list, startedAt: parts.clock.mark() };
};

/** Lists from the API server's cache. */
const fromTheCache: typeof listSubscribers = ({ api, clock }, signal) => {
  const get: typeof api.get = (path, aborted) =>
    api.get(path.includes('continue') ? path : `${path}&resourceVersion=0`, aborted);
  return listSubscribers({ api: { ...api, get }, clock }, signal);
};

/** After a 410, keeps the pages that it has, lists the rest anew, and counts the age from there. */
const keepsPages: typeof listSubscribers = async ({ api, clock }, signal) => {
  const items = new Map<string, unknown>();
  let startedAt = clock.mark();
  const page = async (next: string): Promise<string> => {
    const { status, text } = await api.get(`${SUBSCRIBERS_PATH}?continue=${next}`, signal);
    if (status === 410) {
      startedAt = clock.mark();
      return page('');
    }
    const { items: read, metadata } = JSON.parse(text);
    for (const one of read) if (!items.has(one.metadata.name)) items.set(one.metadata.name, one);
    return metadata.continue ?? '';
  };
  let next = await page('');
  while (next !== '') next = await page(next);
  return { items: [...items.values()], startedAt, resourceVersion: '1' };
};

/** Of what `keepsPages` does wrong, chance makes too little: a ref goes while every second page is answered with 410. */
const EXPIRING: History = {
  changes: [{ at: 5_500, ref: 0, to: 'deleted' }],
  replicas: [
    {
      watchLag: 10,
      trouble: { stop: { at: 0, ms: 0, isSuspended: false }, jumps: [] },
      weather: [
        { at: 4_000, slow: 500, fault: 'expire' },
        { at: 13_000, slow: 500, fault: 'none' },
      ],
    },
  ],
  polls: [{ replica: 0, ms: 2, wait: 0 }],
};

const CONTROLS: [string, Replaced][] = [
  ['the age counts from the end of the list', { list: fromTheEnd }],
  ['lists come from the cache', { list: fromTheCache }],
  ['events of the watch are believed', { believesEvents: true }],
  [
    'only the monotonic clock counts',
    { clock: ({ monotonic }) => createLeaseClock({ monotonic, wall: () => 0 }) },
  ],
  [
    'only the wall clock counts',
    { clock: ({ wall }) => createLeaseClock({ monotonic: () => 0, wall }) },
  ],
];

describe('controls: with one part replaced, some histories go wrong', () => {
  const histories = fc.sample(history, { numRuns: 400, seed: 7 });
  test.each(CONTROLS)(
    '%s',
    async (_name, replaced) => {
      // One is enough, and the rest would take time.
      for (const one of histories) if ((await play(one, replaced)).wrong !== undefined) return;
      throw new Error('no history went wrong');
    },
    300_000,
  );

  test('pages of two states are joined', async () => {
    expect((await play(EXPIRING)).wrong).toBeUndefined();
    expect((await play(EXPIRING, { list: keepsPages })).wrong).toBeDefined();
  });
});
