import { setTimeout as sleep } from 'node:timers/promises';
import { drain } from '../../../clients/typescript/src/broker/drain.ts';
import { brokerAdmin } from '../../../clients/typescript/src/platformatic/admin.ts';
import type { Lifetime } from './env.ts';
import { judge, readHandled, type Verdict } from './judge.ts';
import type { Traffic } from './producer.ts';
import type { World } from './world.ts';

const CATCH_UP_MS = 90_000;

/** Ends the traffic, waits until stable has read everything, and judges. */
export async function finish(
  world: World,
  traffic: Traffic,
  lifetimes: readonly Lifetime[],
): Promise<Verdict> {
  await traffic.stop();
  world.say(`the producer has stopped after ${traffic.sent.length} messages`);
  const left = await drain(brokerAdmin(world.suite.admin), {
    group: world.group,
    topics: world.topics,
    isolation: 'read_committed',
    deadline: performance.now() + CATCH_UP_MS,
    now: () => performance.now(),
    sleep: (ms) => sleep(ms),
  });
  for (const { topic, partition, messages } of left) {
    world.say(`stable is still ${messages} behind in ${topic}, partition ${partition}`);
  }
  const { sent } = traffic;
  return judge(sent, readHandled(world.handledFiles()), lifetimes, world.disturbances);
}
