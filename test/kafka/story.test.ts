import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AdapterName } from './lib/consumer-settings.ts';
import { createEnv } from './lib/env.ts';
import { feedTroubles } from './lib/feed-troubles.ts';
import { record } from './lib/figures.ts';
import { finish } from './lib/finish.ts';
import { inWords, type Verdict } from './lib/judge.ts';
import { startTraffic } from './lib/producer.ts';
import { type Suite, startSuite } from './lib/suite.ts';
import { createTopics, type Topics } from './lib/topics.ts';
import { startWorld, type World } from './lib/world.ts';

/** The adapter, and how many pods each env has: one world is smaller to save memory. */
const ADAPTERS: Record<string, [AdapterName, number]> = {
  'orders-kafkajs': ['kafkajs', 2],
  'orders-classic': ['platformatic classic', 1],
  'orders-consumer': ['platformatic consumer', 2],
};
/** A member that is gone is noticed after its session time of 10 s; its partitions are then somebody else's. */
const REBALANCED = { moreMs: 20_000 };

/** Far more than on a machine that does nothing else. */
const LONGEST_MS = 900_000;

let suite: Suite;
let failures: unknown[] = [];
let worlds: { world: World; topics: Topics }[] = [];
const verdicts = new Map<string, Verdict>();

beforeAll(async () => {
  suite = await startSuite('story');
  suite.say('the phases are played by a script, not by a control plane');
  worlds = await Promise.all(
    Object.entries(ADAPTERS).map(async ([name, [adapter]]) => {
      const topics = await createTopics(suite.admin, name, 4);
      const world = await startWorld(suite, { name, adapter, topics: Object.values(topics) });
      return { world, topics };
    }),
  );
  const troubles = feedTroubles(
    suite,
    worlds.map(({ world }) => world),
  );
  const results = await Promise.allSettled([
    troubles,
    ...worlds.map(async ({ world, topics }) => {
      verdicts.set(world.name, await life(world, topics));
    }),
  ]);
  // What one part ran into must not hide what the others found.
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) suite.say(`FAILED: ${failure.reason}`);
  failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}, LONGEST_MS);
afterAll(async () => {
  await Promise.all(worlds.map(({ world }) => world.close()));
  await suite?.close();
});

/** Two pods of stable, and two envs of two pods that come, are updated, suspended and deleted, while whatever can break breaks. */
async function life(world: World, topics: Topics): Promise<Verdict> {
  const { name } = world;
  const [, pods] = ADAPTERS[name] ?? [undefined, 1];
  const [first, second] = await Promise.all(
    [1, 2].map((n) => world.startPod(`${name}-stable-${n}`)),
  );
  const traffic = startTraffic({
    broker: suite.broker,
    name,
    service: name,
    topics: world.topics,
    transactional: [topics.transactional],
    compacted: [topics.compacted],
    refs: ['mp-101', 'mp-102'],
    everyMs: 150,
  });
  await world.disturb('stable joins', () => sleep(4000), { moreMs: 4000 });

  const one = await createEnv(world, 'mp-101', pods);
  const two = await createEnv(world, 'mp-102', pods);
  await sleep(8000);

  const grow = () => suite.admin.createPartitions({ topics: [{ name: topics.plain, count: 6 }] });
  await world.disturb('two partitions are added', grow, REBALANCED);
  await sleep(15_000);
  await one.roll();
  await sleep(5000);

  await world.disturb(
    'a pod of stable and one of mp-102 crash',
    () => {
      first?.crash();
      two.pods[0]?.crash();
    },
    REBALANCED,
  );
  await sleep(15_000);

  const pause = async () => {
    second?.pause();
    one.pods[0]?.pause();
    await sleep(10_000);
    one.pods[0]?.resume();
    await sleep(30_000);
    second?.resume();
  };
  await world.disturb(
    'a pod of stable stops for 40 s, and one of mp-101 for 10 s',
    pause,
    REBALANCED,
  );

  await two.remove();
  world.say('mp-102 was suspended, and comes back');
  const again = await createEnv(world, 'mp-102', pods);
  await sleep(2000);
  await Promise.all([one.remove(), again.remove()]);
  await sleep(5000);
  const lifetimes = [one, two, again].map(({ lifetime }) => lifetime);
  const verdict = await finish(world, traffic, lifetimes);
  suite.say(inWords(name, verdict));
  record(`story: ${world.adapter}`, verdict);
  return verdict;
}

test('everything went as it was meant to', () => {
  expect(failures).toEqual([]);
});

describe.each(Object.entries(ADAPTERS))('%s', (name) => {
  const verdictOf = () => {
    const verdict = verdicts.get(name);
    if (verdict === undefined) throw new Error('it did not run');
    return verdict;
  };

  test('each message is handled at least once by the right one', () => {
    expect(verdictOf().lost.slice(0, 10)).toEqual([]);
  });

  test('no env handles a message of another ref', () => {
    expect(verdictOf().wrong.slice(0, 10)).toEqual([]);
  });

  test('in calm times each message is handled exactly once', () => {
    const { unexplained, calm } = verdictOf();
    expect(unexplained.slice(0, 10)).toEqual([]);
    expect(calm).toBeGreaterThan(0);
  });

  test('duplicates are bounded', () => {
    const { messages, duplicates } = verdictOf();
    expect(duplicates).toBeLessThan(messages);
  });
});
