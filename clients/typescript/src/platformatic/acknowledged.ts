/** What a consumer has handled or skipped of its partitions, and how far the group may therefore commit. */
export interface Acknowledged {
  /**
   * To be called for each message, in the order of its partition, when it leaves the fetched buffer. The result is to be called when
   * the message is handled or skipped; further calls do nothing.
   */
  begin(partition: string, offset: bigint): () => void;
  /**
   * Nothing fetched is left before this position: what comes before it and was never given to `begin` is no message (markers of
   * transactions, gaps of compacted topics). Does nothing while a message of the partition is open.
   */
  caughtUp(partition: string, position: bigint): void;
  /** The offset to commit, which is that of the first message that is open; undefined: nothing is known of this partition. */
  committable(partition: string): bigint | undefined;
  /** How many messages are open, in all partitions. */
  open(): number;
}

interface Open {
  offset: bigint;
  isDone: boolean;
}

/**
 * Counts per partition, which is a key of the caller's choice. Messages may be done in any order: only what has nothing open before
 * it may be committed, else a crash would lose what is open. After a rebalance a partition may begin again at an earlier offset:
 * what was open is then open again, and its earlier delivery no longer counts.
 */
export function acknowledged(): Acknowledged {
  const partitions = new Map<string, { next: bigint; open: Open[] }>();

  const begin = (key: string, offset: bigint) => {
    const known = partitions.get(key);
    const partition = known ?? { next: offset, open: [] };
    if (known === undefined) partitions.set(key, partition);
    if (offset < partition.next) partition.open = [];
    const entry: Open = { offset, isDone: false };
    partition.open.push(entry);
    partition.next = offset + 1n;
    return () => {
      entry.isDone = true;
      const { open } = partition;
      const first = open.findIndex(({ isDone }) => !isDone);
      open.splice(0, first < 0 ? open.length : first);
    };
  };

  const caughtUp = (key: string, position: bigint) => {
    const partition = partitions.get(key);
    if (partition === undefined) partitions.set(key, { next: position, open: [] });
    else if (partition.open.length === 0 && position > partition.next) partition.next = position;
  };

  const committable = (key: string) => {
    const partition = partitions.get(key);
    return partition && (partition.open[0]?.offset ?? partition.next);
  };

  const open = () =>
    [...partitions.values()].reduce((sum, partition) => sum + partition.open.length, 0);

  return { begin, caughtUp, committable, open };
}
