import { setTimeout as sleep } from 'node:timers/promises';
import { drain } from '../../../clients/typescript/src/broker/drain.ts';
import { brokerAdmin } from '../../../clients/typescript/src/platformatic/admin.ts';
import { REBALANCED } from './consumer-settings.ts';
import type { Lifetime } from './env.ts';
import { judge, readHandled, type Verdict } from './judge.ts';
import type { Traffic } from './producer.ts';
import type { Disturbance, World } from './world.ts';

const CATCH_UP_MS = 90_000;
/** Around a rebalance: what was handled and not committed comes again. */
const AROUND_MS = 10_000;

/** What of a world is needed to judge it. */
type Judged = Pick<World, 'say' | 'group' | 'topics' | 'handledFiles' | 'disturbances'> & {
  suite: Pick<World['suite'], 'admin'>;
};

/** Ends the traffic, waits until stable has read everything, and judges. */
export async function finish(
  world: Judged,
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
  const lines = readHandled(world.handledFiles());
  const handled = lines.filter(({ id }) => id !== REBALANCED);
  const rebalances = lines.filter(({ id }) => id === REBALANCED);
  return judge(traffic.sent, handled, lifetimes, [
    ...world.disturbances,
    ...rebalances.map(({ at, by }) => rebalanceOf(at, by)),
  ]);
}

/** Those of an env's group concern messages of its ref only. Planned or not: on a busy machine a member may seem to be gone. */
function rebalanceOf(at: number, by: string): Disturbance {
  const span = { what: 'rebalance', from: at - AROUND_MS, to: at + AROUND_MS };
  return by === 'stable' ? span : { ...span, ref: by };
}
