import { offsetOf } from './offsets.ts';
import type { BrokerAdmin, Isolation, Offsets } from './port.ts';

export interface DrainOptions {
  group: string;
  topics: readonly string[];
  isolation: Isolation;
  /** Of `performance.now()`: when to give up. */
  deadline: number;
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Told whenever it has looked, since a broker may stop to answer. */
  seen?(left: readonly Lag[]): void;
}

/** A partition that the group has not read up to the end. */
export interface Lag {
  group: string;
  topic: string;
  partition: number;
  messages: bigint;
}

const LOOK_AGAIN_MS = 500;

/**
 * Waits until the group has handled everything that was in the log at the beginning: the ends of all partitions are noted once, whoever
 * of the group has them, and what counts is the group's committed position. Answers what is left at the deadline; nothing: it is
 * drained.
 */
export async function drain(admin: BrokerAdmin, options: DrainOptions): Promise<Lag[]> {
  const { topics, isolation, deadline, now, sleep, seen } = options;
  const ends = await admin.ends(topics, isolation);
  for (;;) {
    const left = await lags(admin, options, ends);
    seen?.(left);
    if (left.length === 0 || now() >= deadline) return left;
    await sleep(Math.min(LOOK_AGAIN_MS, Math.max(0, deadline - now())));
  }
}

/** Where nothing is committed, the group is at the first message that there is. */
async function lags(
  admin: BrokerAdmin,
  { group, topics }: DrainOptions,
  ends: Offsets,
): Promise<Lag[]> {
  const committed = await admin.committed(group, topics);
  const earliest = await admin.earliest(topics);
  return [...ends].flatMap(([topic, ofTopic]) =>
    [...ofTopic].flatMap(([partition, end]) => {
      const first = offsetOf(earliest, topic, partition) ?? 0n;
      const position = offsetOf(committed, topic, partition) ?? first;
      const messages = end - (position < first ? first : position);
      return messages <= 0n ? [] : [{ group, topic, partition, messages }];
    }),
  );
}
