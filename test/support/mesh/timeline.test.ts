import { expect, test } from '@jest/globals';
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { createTimeline } from '../../mesh/load/lib/timeline.ts';

const FOREVER = Number.POSITIVE_INFINITY;

function env(generation: number, isReady: boolean, observed = generation): DynamicEnv {
  const status = isReady ? 'True' : 'False';
  const ready = { type: 'Ready', status, observedGeneration: observed };
  return {
    metadata: { name: 'a', uid: 'u1', generation },
    status: { conditions: [ready] },
  } as unknown as DynamicEnv;
}

function start() {
  let time = 0;
  const timeline = createTimeline(() => time);
  return {
    timeline,
    at: (now: number) => {
      time = now;
      return timeline;
    },
    see: (now: number, object: DynamicEnv, type: 'MODIFIED' | 'DELETED' = 'MODIFIED') => {
      time = now;
      timeline.observe({ type, object: object as never });
    },
  };
}

test('the life of an env: created, Ready, deleted, removed', async () => {
  const { timeline, at, see } = start();
  await at(1).change('a', 'alice', async () => env(1, false));
  see(2, env(1, false));
  expect(timeline.isReady('a')).toBe(false);
  see(3, env(1, true));
  expect(timeline.isReady('a')).toBe(true);
  await at(4).remove('a', async () => undefined);
  see(5, env(1, true));
  expect(timeline.isGone('a')).toBe(false);
  see(6, env(1, true), 'DELETED');
  expect(timeline.isGone('a')).toBe(true);
  expect(timeline.epochs()).toMatchObject([
    { env: 'a', user: 'alice', from: 1, to: 6, ready: [{ from: 3, to: 4 }] },
  ]);
});

test("after a change of the match, the previous user's requests are allowed at the clone until the env is Ready for the new user", async () => {
  const { timeline, at, see } = start();
  await at(1).change('a', 'alice', async () => env(1, false));
  see(2, env(1, true));
  await at(3).change('a', 'bob', async () => env(2, true, 1));
  see(4, env(2, true, 1));
  see(5, env(2, true));
  expect(timeline.epochs()).toMatchObject([
    { user: 'alice', from: 1, to: 5, ready: [{ from: 2, to: 3 }] },
    { user: 'bob', from: 3, to: FOREVER, ready: [{ from: 5, to: FOREVER }] },
  ]);
});

test('after a change for the same user, the env is not Ready for a while, in whatever order the watch reports it', async () => {
  const { timeline, at, see } = start();
  await at(1).change('a', 'alice', async () => env(1, false));
  see(2, env(1, true));
  await at(3).change('a', 'alice', async () => {
    see(4, env(2, true));
    at(5);
    return env(2, false);
  });
  see(6, env(2, false));
  see(7, env(2, true));
  expect(timeline.epochs()).toMatchObject([
    {
      user: 'alice',
      ready: [
        { from: 2, to: 3 },
        { from: 5, to: 6 },
        { from: 7, to: FOREVER },
      ],
    },
  ]);
});

test('an env that is created again with the same name is a different env', async () => {
  const { timeline, at, see } = start();
  await at(1).change('a', 'alice', async () => env(1, false));
  see(2, env(1, true));
  await at(3).remove('a', async () => undefined);
  see(4, env(1, true), 'DELETED');
  await at(5).change('a', 'alice', async () => {
    const again = env(1, false);
    return { ...again, metadata: { ...again.metadata, uid: 'u2' } };
  });
  see(6, env(1, true));
  expect(timeline.isReady('a')).toBe(false);
  expect(timeline.epochs()).toMatchObject([
    { from: 1, to: 4 },
    { from: 5, to: FOREVER, ready: [] },
  ]);
});
