import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, type ConsumerOptions } from '@platformatic/kafka';
import { type Acknowledged, acknowledged } from './acknowledged.ts';
import { type Commits, commits } from './commits.ts';
import { inWords } from './errors.ts';
import {
  type Fetched,
  type FetchedEvents,
  fetched,
  type RawConsumeOptions,
  type RawConsumer,
} from './fetched.ts';
import { watchMembership } from './membership.ts';

/** How long the end waits for messages that are being handled. */
const LAST_MS = 5000;

/** A member of the group, and what it has fetched and acknowledged. */
export interface Running {
  consumer: RawConsumer;
  acks: Acknowledged;
  source: Fetched;
  committer: Commits;
  unwatch(): void;
}

export interface RunningOptions {
  consumer: ConsumerOptions<Buffer, Buffer, Buffer, Buffer>;
  fetching: RawConsumeOptions;
  commitInterval: number;
}

export interface RunningEvents extends FetchedEvents {
  assigned(): void;
  /** The group has forgotten this member, or the library does not answer any more: another consumer has to take its place. */
  lost(): void;
}

/** Joins the group, fetches, and commits what is acknowledged. */
export async function start(options: RunningOptions, events: RunningEvents): Promise<Running> {
  const consumer = new Consumer(options.consumer);
  const { fetching, commitInterval } = options;
  const { topics } = fetching;
  const source = await fetched(consumer, fetching, events).catch(async (error: unknown) => {
    await consumer.close(true).catch(() => {});
    throw inWords(error, { what: 'join', group: consumer.groupId, topics });
  });
  const acks = acknowledged();
  const committer = commits({
    consumer,
    acknowledged: acks,
    fetched: source,
    interval: commitInterval,
    failed: (error) =>
      events.interrupted(inWords(error, { what: 'commit', group: consumer.groupId, topics })),
    stuck: events.lost,
  });
  const isClassic = options.consumer.groupProtocol !== 'consumer';
  const unwatch = watchMembership(consumer, topics, isClassic, events);
  return { consumer, acks, source, committer, unwatch };
}

/**
 * Commits a last time, and leaves the group. `isWaiting`: what was handed out is to be handled before, for some seconds, else it would
 * come again.
 */
export async function end(running: Running, isWaiting: boolean): Promise<void> {
  const { consumer, acks, source, committer, unwatch } = running;
  unwatch();
  const before = Date.now() + (isWaiting ? LAST_MS : 0);
  while (acks.open() > 0 && Date.now() < before) await sleep(20);
  await committer.close();
  await source.close();
  await consumer.close(true).catch((error: unknown) => {
    throw inWords(error, {
      what: 'leave',
      group: consumer.groupId,
      topics: [...consumer.topics.keys()],
    });
  });
}

/** Of a member that cannot commit any more. Nobody waits for it: what it does not do within its session, the broker does. */
export function abandon({ consumer, source, committer, unwatch }: Running): void {
  unwatch();
  committer.stop();
  const closed = async () => {
    await source.close();
    await consumer.close(true);
  };
  closed().catch(() => {});
}
