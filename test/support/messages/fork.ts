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
  const read: Record<'stable' | 'own', () => Offsets> = {
    stable: () => new Map(groupOf(world, STABLE_GROUP).committed),
    own: () => new Map(pod.group.committed),
  };
  later(() => {
    if (rules.forkReads === 'stable first') {
      const stable = read.stable();
      later(() => decided(stable, read.own()));
    } else {
      const own = read.own();
      later(() => decided(read.stable(), own));
    }
  });
  function decided(stable: Offsets, own: Offsets): void {
    const start = startOffsets(world, stable, own);
    later(() => {
      if (commitIfEmpty(world, pod, start)) then();
      else fork(world, pod, then);
    });
  }
}

/** False: the group has members, but no offsets yet: another pod is about to commit them. */
function commitIfEmpty(world: World, { group }: Pod, start: Offsets): boolean {
  if (start.size === 0) return true;
  if (group.members.size > 0) return group.committed.size > 0;
  for (const [partition, offset] of start) group.committed.set(partition, offset);
  world.note(`group ${group.name} is forked at ${[...start].join(' ')}`);
  return true;
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
