import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ConsumerSettings } from './lib/consumer-settings.ts';
import { createEnv, type Without } from './lib/env.ts';
import { record } from './lib/figures.ts';
import { finish } from './lib/finish.ts';
import { inWords, type Verdict } from './lib/judge.ts';
import { startTraffic } from './lib/producer.ts';
import { type Suite, startSuite } from './lib/suite.ts';
import { startWorld, type World } from './lib/world.ts';

/** The whole order, and the order with one part taken out. All have the same disturbances. */
const RUNS: Record<string, [Without, Partial<ConsumerSettings>]> = {
  'the whole order': [{}, {}],
  'live before the fork, and its pods are told': [{ liveFirst: true }, {}],
  'starts at the end of the log': [{}, { startAtTheEnd: true }],
  'drains at once': [{ noWait: true }, {}],
  'live before the fork': [{ liveFirst: true, noFeed: true }, {}],
};
const REF = 'mp-101';

/** Far more than on a machine that does nothing else. */
const LONGEST_MS = 900_000;

let suite: Suite;
const worlds: World[] = [];
const verdicts = new Map<string, Verdict>();

beforeAll(async () => {
  suite = await startSuite('controls');
  suite.say('the phases are played by a script, not by a control plane');
  await Promise.all(
    Object.entries(RUNS).map(async ([what, [without, settings]], index) => {
      verdicts.set(what, await run(what, `control-${index}`, without, settings));
    }),
  );
}, LONGEST_MS);
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
  await suite?.close();
});

/** One env comes and goes while stable lags, and stable cannot reach the feed when it goes. */
async function run(
  what: string,
  name: string,
  without: Without,
  settings: Partial<ConsumerSettings>,
): Promise<Verdict> {
  const topics = [`${name}-payments`];
  await suite.admin.createTopics({ topics, partitions: 2, replicas: 1 });
  const adapter = 'platformatic classic';
  const world = await startWorld(suite, { name, adapter, topics, workMs: 20 });
  worlds.push(world);
  world.say(what);
  await world.startPod(`${name}-stable`);
  const common = { broker: suite.broker, name, service: name, topics, refs: [REF] };
  const traffic = startTraffic({ ...common, everyMs: 60 });
  await sleep(5000);
  const env = await createEnv(world, REF, 1, without, { workMs: 0, ...settings });
  traffic.pace(250);
  await sleep(5000);
  world.say('the feed cannot be reached');
  world.feed.freeze();
  const removed = env.remove();
  await sleep(25_000);
  world.say('the feed can be reached again');
  world.feed.thaw();
  await removed;
  await sleep(2000);
  const verdict = await finish(world, traffic, [env.lifetime]);
  const text = inWords(what, verdict);
  suite.say(text);
  record(`control: ${what}`, verdict);
  return verdict;
}

test('the whole order loses nothing', () => {
  const { lost, wrong } = verdicts.get('the whole order') ?? { lost: ['did not run'], wrong: [] };
  expect({ lost: lost.slice(0, 5), wrong }).toEqual({ lost: [], wrong: [] });
});

test('an env that is live without a fork, and knows it, begins at the earliest message: nothing is lost', () => {
  const found = verdicts.get('live before the fork, and its pods are told');
  expect(found?.lost.slice(0, 5) ?? ['did not run']).toEqual([]);
});

test.each(Object.keys(RUNS).slice(2))('control: an env that %s loses messages', (what) => {
  expect(verdicts.get(what)?.lost.length).toBeGreaterThan(0);
});
