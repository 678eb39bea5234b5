import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { followLists } from '../../src/cluster/follow-lists.ts';
import { keepWatch } from '../../src/cluster/keep-watch.ts';
import { createVirtualTime } from '../histories/virtual-time.ts';

const LIST = { items: [], startedAt: 0, resourceVersion: '1' };

/** Follows lists for some seconds. Each takes `ms`, fails if this is negative, and never ends if it is 0. */
async function follow(seconds: number, durations: number[], asks: number[] = []) {
  const time = createVirtualTime();
  const after = (ms: number, call: () => void) => time.at(time.now() + ms, call);
  const stop = new AbortController();
  const starts: number[] = [];
  const errors: string[] = [];
  const listeners: number[] = [];
  let running = 0;
  let mostAtOnce = 0;
  const { ask, ended } = followLists({
    after,
    monotonic: time.now,
    stop: stop.signal,
    list: (signal) => {
      starts.push(time.now());
      listeners.push(getEventListeners(stop.signal, 'abort').length);
      running += 1;
      mostAtOnce = Math.max(mostAtOnce, running);
      const ms = durations.shift() ?? 10;
      return new Promise<typeof LIST>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        if (ms > 0) after(ms, () => resolve(LIST));
        if (ms < 0) after(-ms, () => reject(new Error('no')));
      }).finally(() => {
        running -= 1;
      });
    },
    onList: () => undefined,
    onError: ({ message }) => errors.push(message),
  });
  for (const at of asks) time.at(at, ask);
  await time.run(seconds * 1000);
  stop.abort();
  await ended;
  expect(mostAtOnce).toBe(1);
  // Whatever ends a list or a pause: nothing is left at the signal that lives as long as the process.
  expect(new Set(listeners)).toEqual(new Set([1]));
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  return { starts, errors };
}

test.each<[string, number[], number[], number[]]>([
  ['every 5 s from start to start', [10, 2_000, 4_999], [], [0, 5_000, 10_000, 15_000]],
  ['at once after a list of more than 5 s', [7_000], [], [0, 7_000, 12_000, 17_000]],
  ['at once when it is asked', [], [1_000, 2_000], [0, 1_000, 2_000, 7_000, 12_000, 17_000]],
  [
    'again when it is asked while a list is under way, once for many times',
    [1_000],
    [100, 200, 300, 999],
    [0, 1_000, 6_000, 11_000, 16_000],
  ],
  [
    'at most four times a second',
    [],
    [1_000, 1_020, 1_040, 1_060, 1_260],
    [0, 1_000, 1_250, 1_500, 6_500, 11_500, 16_500],
  ],
  [
    'after failures later and later, also when it is asked',
    [-1, -1, -1, -1],
    [500, 600],
    [0, 1_001, 3_002, 7_003, 12_004, 17_004],
  ],
])('lists %s', async (_name, durations, asks, expected) => {
  expect((await follow(18, durations, asks)).starts).toEqual(expected);
});

test('a list that hangs is given up after 10 s, and said in words', async () => {
  const { starts, errors } = await follow(25, [0]);
  expect(starts).toEqual([0, 11_000, 16_000, 21_000]);
  expect(errors).toEqual(['no complete list of Subscribers within 10 s']);
});

/** When watches are opened in some seconds, if each of them ends like this after `ms`; 0: never. */
async function opened(seconds: number, ends: { ms: number; fails?: true }[]) {
  const time = createVirtualTime();
  const after = (ms: number, call: () => void) => time.at(time.now() + ms, call);
  const stop = new AbortController();
  const opens: number[] = [];
  const ended = keepWatch({
    after,
    monotonic: time.now,
    stop: stop.signal,
    resourceVersion: () => (time.now() < 150 ? undefined : '1'),
    onHint: () => undefined,
    onEnd: () => undefined,
    api: {
      watch: (_path, _onData, signal) => {
        opens.push(time.now());
        const { ms, fails } = ends.shift() ?? { ms: 0 };
        return new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          if (ms > 0) after(ms, () => (fails ? reject(new Error('cut')) : resolve(410)));
        });
      },
    },
  });
  await time.run(seconds * 1000);
  stop.abort();
  await ended;
  return opens;
}

test('a watch begins with the first list, and is opened again later and later', async () => {
  const short = { ms: 1 };
  const cut = { ms: 1, fails: true } as const;
  expect(await opened(100, [short, cut, short, cut, short, cut])).toEqual([
    200, 1_201, 3_202, 7_203, 15_204, 31_205, 61_206,
  ]);
});

test('a watch that lived for 30 s is opened again after a second; one without an end after some minutes', async () => {
  expect(await opened(400, [{ ms: 1 }, { ms: 30_000 }])).toEqual([200, 1_201, 32_201, 303_201]);
});
