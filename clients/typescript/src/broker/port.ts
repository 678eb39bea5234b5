/** What a consumer reads of transactional topics: committed transactions only, or everything. */
export type Isolation = 'read_committed' | 'read_uncommitted';

/** Per topic and partition. An offset is that of the next message to read. An absent partition has none. */
export type Offsets = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

/**
 * What fork and drain need of a broker, and nothing else. An adapter implements it for its library.
 * Every method rejects with an error that names the topic or group, and the right that is missing.
 */
export interface BrokerAdmin {
  /** Partitions of each topic. A topic that does not exist is an error that names it; it must not be created. */
  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>>;
  /**
   * Committed offsets of a group. A group that does not exist has none: no error. A position before the first message of the log, such as
   * "at the earliest message", is a position: 0 stands for it.
   */
  committed(group: string, topics: readonly string[]): Promise<Offsets>;
  /**
   * Where a consumer with this isolation level is at the end: the high watermark, or the last stable offset. An adapter whose library
   * cannot ask for the last stable offset answers the high watermark for both: a drain then also waits for open transactions.
   */
  ends(topics: readonly string[], isolation: Isolation): Promise<Offsets>;
  /** The first offsets that the log still has. */
  earliest(topics: readonly string[]): Promise<Offsets>;
  /**
   * Commits all offsets for a group without members, in one request: all or none. The fork of a group relies on this: a group that
   * has any offset has been forked completely.
   */
  commitIfEmpty(group: string, offsets: Offsets): Promise<'done' | 'group is not empty'>;
}

/** Opens a connection for the time of `use`, and closes it whatever happens. */
export type OpenAdmin = <T>(use: (admin: BrokerAdmin) => Promise<T>) => Promise<T>;
