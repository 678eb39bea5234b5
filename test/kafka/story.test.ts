import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEnv } from './lib/env.ts';
import { inWords, judge, readHandled } from './lib/judge.ts';
import { startTraffic } from './lib/producer.ts';
import { type Suite, startSuite } from './lib/suite.ts';
import { startWorld } from './lib/world.ts';

let suite: Suite;
beforeAll(async () => {
  suite = await startSuite('story');
});
afterAll(() => suite?.close());

test('smoke', async () => {
  const topics = ['b-payments', 'b-ledger'];
  await suite.admin.createTopics({ topics, partitions: 4, replicas: 1 });
  const world = await startWorld(suite, { name: 'b', adapter: 'platformatic consumer', topics });
  const stable = await Promise.all([1, 2].map((n) => world.startPod(`b-stable-${n}`)));
  const traffic = startTraffic({
    broker: suite.broker,
    name: 'b',
    service: 'b',
    topics,
    transactional: ['b-ledger'],
    refs: ['mp-101', 'mp-102'],
    everyMs: 100,
  });
  await sleep(5000);
  const env = await createEnv(world, 'mp-101', 2);
  await sleep(5000);
  await env.roll();
  await sleep(5000);
  await env.remove();
  await sleep(5000);
  await traffic.stop();
  await sleep(5000);
  const verdict = judge(traffic.sent, readHandled(world.handledFiles()), [env.lifetime], []);
  suite.say(inWords('b', verdict));
  await Promise.all(stable.map((pod) => pod.remove()));
  await world.close();
  expect(verdict.lost).toEqual([]);
  expect(verdict.wrong).toEqual([]);
});
