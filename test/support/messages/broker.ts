import { afterIn, type Process } from './process.ts';
import type { Headers } from './rules.ts';
import type { World } from './world.ts';

export const STABLE_GROUP = 'orders';

export interface Handled {
  by: string;
  at: number;
}

export interface Message {
  id: number;
  partition: number;
  offset: number;
  headers: Headers;
  producedAt: number;
  handled: Handled[];
  /** Who has passed over it, for the report. */
  skipped: Handled[];
}

export interface Member {
  process: Process;
  generation: number;
  partitions: readonly number[];
  onAssigned: () => void;
}

/** A consumer group: committed offsets are fenced by the generation, as Kafka does. */
export interface Group {
  name: string;
  committed: Map<number, number>;
  generation: number;
  members: Set<Member>;
  /** How many partitions its consumers know. */
  known: number;
  isRebalancing: boolean;
}

export interface Broker {
  partitions: Message[][];
  groups: Map<string, Group>;
}

export function groupOf({ broker }: World, name: string): Group {
  const existing = broker.groups.get(name);
  if (existing !== undefined) return existing;
  const group = {
    name,
    committed: new Map(),
    generation: 0,
    members: new Set<Member>(),
    known: 0,
    isRebalancing: false,
  };
  broker.groups.set(name, group);
  return group;
}

export function produce(world: World, id: number, headers: Headers): Message {
  const { broker, random, schedule } = world;
  const partition = random.int(0, broker.partitions.length - 1);
  const log = broker.partitions[partition] ?? [];
  const message: Message = {
    id,
    partition,
    offset: log.length,
    headers,
    producedAt: schedule.now(),
    handled: [],
    skipped: [],
  };
  log.push(message);
  return message;
}

/** A commit of a member that the group has expelled, or of an earlier generation, is refused. */
export function commit(
  group: Group,
  member: Member,
  generation: number,
  partition: number,
  offset: number,
): void {
  if (!group.members.has(member) || group.generation !== generation) return;
  if (!member.partitions.includes(partition)) return;
  group.committed.set(partition, offset);
}

export function join(world: World, group: Group, member: Member): void {
  group.members.add(member);
  group.known = world.broker.partitions.length;
  rebalance(world, group);
  expelWhenSilent(world, group, member);
}

export function leave(world: World, group: Group, member: Member): void {
  if (group.members.delete(member)) rebalance(world, group);
}

/** Members that crashed or have been stopped for longer than the session's timeout are expelled. */
function expelWhenSilent(world: World, group: Group, member: Member): void {
  const { schedule, random } = world;
  const { process } = member;
  const { life } = process;
  const timeout = random.int(6_000, 15_000);
  function look(): void {
    if (!group.members.has(member)) return;
    const isGone = process.life !== life || !process.isUp;
    if (!isGone && process.stoppedUntil - schedule.now() < timeout) {
      schedule.after(5_000, look);
      return;
    }
    schedule.after(timeout, () => leave(world, group, member));
    if (isGone) return;
    // It notices that it was expelled when it goes on, and joins again.
    afterIn(schedule, process, timeout + 1, () => join(world, group, member));
  }
  look();
}

export function rebalance(world: World, group: Group): void {
  if (group.isRebalancing) return;
  group.isRebalancing = true;
  world.schedule.after(world.random.int(50, 2_500), () => {
    group.isRebalancing = false;
    group.generation += 1;
    const members = [...group.members];
    const first = world.random.int(0, 7);
    members.forEach((member, index) => {
      member.generation = group.generation;
      member.partitions = Array.from({ length: group.known }, (_, partition) => partition).filter(
        (partition) => (partition + first) % members.length === index,
      );
      member.onAssigned();
    });
  });
}

export function addPartition(world: World): void {
  const { broker, schedule, random, rules } = world;
  broker.partitions.push([]);
  world.note(`partition ${broker.partitions.length - 1} is added`);
  for (const group of broker.groups.values())
    schedule.after(random.int(0, rules.metadataAgeMs), () => {
      if (group.known === broker.partitions.length) return;
      group.known = broker.partitions.length;
      rebalance(world, group);
    });
}
