import {
  Admin,
  type AdminOptions,
  FetchIsolationLevels,
  ListOffsetTimestamps,
} from '@platformatic/kafka';
import type { BrokerAdmin, Isolation, Offsets, OpenAdmin } from '../broker/port.ts';
import { inWords, isNotEmpty } from './errors.ts';

type Mutable = Map<string, Map<number, bigint>>;

/** Opens an admin client for the time of one use. */
export function adminOpener(options: AdminOptions): OpenAdmin {
  return async (use) => {
    const admin = new Admin(options);
    try {
      return await use(brokerAdmin(admin));
    } finally {
      await admin.close();
    }
  };
}

/** The port over an admin client, which the caller closes. */
export function brokerAdmin(admin: Admin): BrokerAdmin {
  const partitions = async (topics: readonly string[]) => {
    const found = new Map<string, number[]>();
    // One by one: the library's error for several topics does not always name the one that is missing.
    for (const topic of topics) found.set(topic, await partitionsOf(admin, topic));
    return found;
  };

  const offsetsAt = async (topics: readonly string[], timestamp: bigint, isolation: Isolation) => {
    const requests = [...(await partitions(topics))].map(([name, indexes]) => ({
      name,
      partitions: indexes.map((partitionIndex) => ({ partitionIndex, timestamp })),
    }));
    const isolationLevel = isolationLevelOf(isolation);
    const asked = { what: `offsets of ${topics.join(', ')}`, topics };
    const answer = await worded(admin.listOffsets({ topics: requests, isolationLevel }), asked);
    return offsetsOf(answer, ({ partitionIndex, offset }) => [partitionIndex, offset]);
  };

  const committed = async (group: string, topics: readonly string[]) => {
    const wanted = [...(await partitions(topics))].map(([name, partitionIndexes]) => ({
      name,
      partitionIndexes,
    }));
    const groups = [{ groupId: group, topics: wanted }];
    const asked = { what: `committed offsets of group "${group}"`, group, topics };
    const answer = await worded(admin.listConsumerGroupOffsets({ groups }), asked);
    return offsetsOf(answer[0]?.topics ?? [], ({ partitionIndex, committedOffset }) => [
      partitionIndex,
      committedOffset,
    ]);
  };

  const commitIfEmpty = async (group: string, offsets: Offsets) => {
    const topics = [...offsets].map(([name, partitions]) => ({
      name,
      partitionOffsets: [...partitions].map(([partition, offset]) => ({ partition, offset })),
    }));
    try {
      await admin.alterConsumerGroupOffsets({ groupId: group, topics });
      return 'done';
    } catch (error) {
      if (isNotEmpty(error)) return 'group is not empty';
      throw inWords(error, {
        what: `fork of group "${group}"`,
        group,
        topics: [...offsets.keys()],
      });
    }
  };

  return {
    partitions,
    committed,
    ends: (topics, isolation) => offsetsAt(topics, ListOffsetTimestamps.LATEST, isolation),
    earliest: (topics) => offsetsAt(topics, ListOffsetTimestamps.EARLIEST, 'read_uncommitted'),
    commitIfEmpty,
  };
}

export const isolationLevelOf = (isolation: Isolation) =>
  isolation === 'read_committed'
    ? FetchIsolationLevels.READ_COMMITTED
    : FetchIsolationLevels.READ_UNCOMMITTED;

async function partitionsOf(admin: Admin, topic: string): Promise<number[]> {
  const asked = { what: `partitions of topic "${topic}"`, topics: [topic] };
  const request = admin.metadata({ topics: [topic], autocreateTopics: false, forceUpdate: true });
  const count = (await worded(request, asked)).topics.get(topic)?.partitionsCount ?? 0;
  if (count === 0) throw inWords(new Error('the topic does not exist'), asked);
  return Array.from({ length: count }, (_, index) => index);
}

async function worded<T>(answer: Promise<T>, asked: Parameters<typeof inWords>[1]): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw inWords(error, asked);
  }
}

/** Offsets below 0 mean that there is none. */
function offsetsOf<P>(
  topics: readonly { name: string; partitions: readonly P[] }[],
  entry: (partition: P) => [number, bigint],
): Offsets {
  const result: Mutable = new Map();
  for (const { name, partitions } of topics) {
    const known = partitions.map(entry).filter(([, offset]) => offset >= 0n);
    result.set(name, new Map(known));
  }
  return result;
}
