import type { Acknowledged } from './acknowledged.ts';
import type { Fetched, RawConsumer } from './fetched.ts';

/** The leader's epoch is not known when the position of a partition without a message is committed. */
const NO_EPOCH = -1;

export interface Commits {
  /** Commits what is handled and not committed yet. Concurrent calls share one request. A failure is told, not thrown. */
  flush(): Promise<void>;
  /** Ends the timer, and commits a last time. */
  close(): Promise<void>;
}

export interface CommitParts {
  consumer: RawConsumer;
  acknowledged: Acknowledged;
  fetched: Fetched;
  interval: number;
  /** A commit failed; the next one covers it. */
  failed(error: unknown): void;
}

export const keyOf = (topic: string, partition: number) => `${topic}:${partition}`;

/**
 * Commits periodically, and when a rebalance begins. Only partitions that this member has now are committed, and only if something
 * changed since the last time: else a member that gets a partition back would set it to where it was before.
 */
export function commits(parts: CommitParts): Commits {
  const { consumer, acknowledged, fetched, interval, failed } = parts;
  const last = new Map<string, bigint>();
  let running: Promise<void> | undefined;

  const changed = () =>
    (consumer.assignments ?? []).flatMap(({ topic, partitions }) =>
      partitions.flatMap((partition) => {
        const key = keyOf(topic, partition);
        const position = fetched.position(topic, partition);
        if (position !== undefined) acknowledged.caughtUp(key, position);
        const offset = acknowledged.committable(key);
        const isKnown = offset === undefined || offset === last.get(key);
        return isKnown ? [] : [{ topic, partition, offset, leaderEpoch: NO_EPOCH }];
      }),
    );

  const commit = async () => {
    if (!consumer.isActive()) return;
    const offsets = changed();
    if (offsets.length === 0) return;
    try {
      await consumer.commit({ offsets });
      for (const { topic, partition, offset } of offsets) last.set(keyOf(topic, partition), offset);
    } catch (error) {
      failed(error);
    }
  };

  const flush = async () => {
    // What was handled after the running request began is not in it.
    await running;
    running ??= commit().finally(() => {
      running = undefined;
    });
    await running;
  };

  const timer = setInterval(() => void flush(), interval);
  const onRebalance = () => void flush();
  consumer.on('consumer:group:rebalance', onRebalance);
  return {
    flush,
    close: async () => {
      clearInterval(timer);
      consumer.removeListener('consumer:group:rebalance', onRebalance);
      await flush();
    },
  };
}
