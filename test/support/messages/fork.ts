import { groupOf, STABLE_GROUP } from './broker.ts';
import type { Pod } from './pod.ts';
import { afterIn } from './process.ts';
import type { World } from './world.ts';

type Offsets = Map<number, number>;

/** Commits the first offsets of the env's group, unless another pod has done so. */
export function fork(world: World, pod: Pod, then: () => void): void {
  const { schedule, random, rules } = world;
  const later = (action: () => void) =>
    afterIn(schedule, pod.process, random.mostly([2, 300], [1_000, 40_000], 0.05), action);
  const stable = (): Offsets => new Map(groupOf(world, STABLE_GROUP).committed);
  const own = (): Offsets => new Map(pod.group.committed);
  later(() => {
    const isStableFirst = rules.forkReads === 'stable first';
    const first = isStableFirst ? stable() : own();
    later(() => {
      const second = isStableFirst ? own() : stable();
      const start = startOffsets(
        world,
        isStableFirst ? first : second,
        isStableFirst ? second : first,
      );
      later(() => {
        if (start.size === 0) then();
        else if (pod.group.members.size > 0 && pod.group.committed.size > 0) then();
        else if (pod.group.members.size > 0) fork(world, pod, then);
        else {
          for (const [partition, offset] of start) pod.group.committed.set(partition, offset);
          world.note(`group ${pod.group.name} is forked at ${[...start].join(' ')}`);
          then();
        }
      });
    });
  });
}

function startOffsets({ broker, rules }: World, stable: Offsets, own: Offsets): Offsets {
  if (own.size > 0 && rules.forkOfAdded === 'at the beginning') return new Map();
  const start: Offsets = new Map();
  for (const [partition, log] of broker.partitions.entries())
    if (!own.has(partition))
      start.set(
        partition,
        rules.fork === 'at the end of the log' ? log.length : (stable.get(partition) ?? 0),
      );
  return start;
}
