import { commit, type Group, join, leave, type Member, type Message } from './broker.ts';
import { afterIn, type Process } from './process.ts';
import { QUIET_FROM_MS, type World } from './world.ts';

/** In the end nobody is slow, so that whoever lags catches up. */
const QUIET_WORK_MS = [1, 20] as const;

export interface ConsumerSettings {
  /** Who it is in the report. */
  name: string;
  /** Whether the message is handled; decided when its turn has come. */
  handles(message: Message): boolean;
  workMs: readonly [from: number, to: number];
  commitEveryMs: number;
  onAssigned(): void;
}

export interface Consumer {
  process: Process;
  group: Group;
  member: Member;
  positions: Map<number, number>;
  isClosed: boolean;
  settings: ConsumerSettings;
  lastCommit: number;
  /** Counts loops: a new assignment starts a new one. */
  loop: number;
}

export function consume(
  world: World,
  process: Process,
  group: Group,
  settings: ConsumerSettings,
): Consumer {
  const consumer: Consumer = {
    process,
    group,
    member: { process, generation: -1, partitions: [], onAssigned: () => undefined },
    positions: new Map(),
    isClosed: false,
    settings,
    lastCommit: world.schedule.now(),
    loop: 0,
  };
  const { life } = process;
  consumer.member.onAssigned = () => {
    if (process.life === life && process.isUp && !consumer.isClosed) assigned(world, consumer);
  };
  join(world, group, consumer.member);
  return consumer;
}

/** Leaves the group, mostly after a last commit. */
export function close(world: World, consumer: Consumer): void {
  if (consumer.isClosed) return;
  if (world.random.chance(0.7)) commitPositions(world, consumer);
  consumer.isClosed = true;
  leave(world, consumer.group, consumer.member);
}

function assigned(world: World, consumer: Consumer): void {
  const { group, member, settings } = consumer;
  consumer.positions = new Map(
    member.partitions.map((partition) => [partition, group.committed.get(partition) ?? 0]),
  );
  consumer.loop += 1;
  const { loop } = consumer;
  afterIn(world.schedule, consumer.process, world.random.int(0, 300), () => {
    if (isCurrent(consumer, loop)) {
      settings.onAssigned();
      step(world, consumer, loop);
    }
  });
}

const isCurrent = (consumer: Consumer, loop: number) =>
  consumer.loop === loop && !consumer.isClosed;

function commitPositions({ rules }: World, { group, member, positions }: Consumer): void {
  if (rules.commit === 'what is fetched') return;
  for (const [partition, offset] of positions)
    commit(group, member, member.generation, partition, offset);
}

/** One fetch: some messages of one partition. Then the next one. */
function step(world: World, consumer: Consumer, loop: number): void {
  if (!isCurrent(consumer, loop)) return;
  const { schedule, random, broker, rules } = world;
  if (schedule.now() - consumer.lastCommit >= consumer.settings.commitEveryMs) {
    commitPositions(world, consumer);
    consumer.lastCommit = schedule.now();
  }
  const next = (delay: number) =>
    afterIn(schedule, consumer.process, delay, () => step(world, consumer, loop));
  const ready = [...consumer.positions].filter(
    ([partition, position]) => position < (broker.partitions[partition]?.length ?? 0),
  );
  if (ready.length === 0) {
    next(random.int(300, 1_200));
    return;
  }
  const [partition, position] = random.pick(ready);
  const log = broker.partitions[partition] ?? [];
  const size = rules.commit === 'what is fetched' ? 20 : random.int(1, 6);
  const batch = log.slice(position, position + size);
  if (rules.commit === 'what is fetched') {
    const { group, member } = consumer;
    commit(group, member, member.generation, partition, position + batch.length);
  }
  work(world, consumer, loop, batch, () => next(random.int(1, 30)));
}

/** Decides and handles one message after the other. What was begun is done, also if the partition has moved meanwhile. */
function work(
  world: World,
  consumer: Consumer,
  loop: number,
  batch: readonly Message[],
  done: () => void,
): void {
  const { schedule, random } = world;
  const { name, workMs, handles } = consumer.settings;
  for (const [index, message] of batch.entries()) {
    if (!isCurrent(consumer, loop)) return;
    if (handles(message)) {
      const range = schedule.now() < QUIET_FROM_MS ? workMs : QUIET_WORK_MS;
      afterIn(schedule, consumer.process, random.int(...range), () => {
        message.handled.push({ by: name, at: schedule.now() });
        if (!isCurrent(consumer, loop)) return;
        consumer.positions.set(message.partition, message.offset + 1);
        work(world, consumer, loop, batch.slice(index + 1), done);
      });
      return;
    }
    message.skipped.push({ by: name, at: schedule.now() });
    consumer.positions.set(message.partition, message.offset + 1);
  }
  done();
}
