import type { Pod } from './pod.ts';
import { afterIn, clocks } from './process.ts';
import { ask } from './view.ts';
import type { World } from './world.ts';

const DRAIN_MS = 120_000;

/** The preStop hook: an env that is still live leaves at once, else its group handles what is in the log now. */
export function drain(world: World, pod: Pod, done: () => void): void {
  const { schedule, rules, broker } = world;
  if (rules.drain === 'not at all') {
    done();
    return;
  }
  ask(world, pod.process, { after: undefined, waitMs: 0, timeoutMs: 5_000 }, (answered) => {
    if (answered !== undefined) {
      const { answer, sent } = answered;
      const until = rules.lease.freshUntil(sent, answer.ageMs);
      const isLive = rules.isOwnLive(answer.refs, answer.incarnations, pod);
      if (isLive && rules.lease.isFresh(until, clocks(schedule, pod.process))) {
        world.note(`pod ${pod.process.name} leaves: its env is live`);
        done();
        return;
      }
    }
    const own = pod.consumer?.member.partitions ?? [];
    const ends = [...broker.partitions.entries()]
      .filter(([partition]) => rules.drain === 'all partitions' || own.includes(partition))
      .map(([partition, log]) => [partition, log.length] as const);
    world.note(`pod ${pod.process.name} drains to ${ends.join(' ')}`);
    waitFor(world, pod, ends, schedule.now() + DRAIN_MS, done);
  });
}

function waitFor(
  world: World,
  pod: Pod,
  ends: readonly (readonly [partition: number, end: number])[],
  deadline: number,
  done: () => void,
): void {
  const { schedule, random } = world;
  const { committed } = pod.group;
  const isCovered = ends.every(([partition, end]) => (committed.get(partition) ?? 0) >= end);
  if (isCovered || schedule.now() >= deadline) {
    world.note(`pod ${pod.process.name} ${isCovered ? 'has drained' : 'has not drained in time'}`);
    if (!isCovered) pod.notDrained();
    done();
    return;
  }
  afterIn(schedule, pod.process, random.int(300, 1_000), () =>
    waitFor(world, pod, ends, deadline, done),
  );
}
