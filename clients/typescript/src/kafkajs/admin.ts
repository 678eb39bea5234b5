import type { Admin, Kafka } from 'kafkajs';
import { type MutableOffsets, setOffset } from '../broker/offsets.ts';
import type { BrokerAdmin, Offsets, OpenAdmin } from '../broker/port.ts';
import { commitAsMember } from './commit-as-member.ts';
import { asking } from './errors.ts';

/** A connection of its own: consumers' connections are busy with fetches. */
export function adminOf(kafka: Kafka): OpenAdmin {
  return async (use) => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      return await use(brokerAdmin(kafka, admin));
    } finally {
      await admin.disconnect().catch(() => {});
    }
  };
}

function brokerAdmin(kafka: Kafka, admin: Admin): BrokerAdmin {
  return {
    partitions: async (topics) => new Map(await each(topics, partitionsOf(admin))),
    committed: (group, topics) => committedOf(admin, group, topics),
    // kafkajs cannot ask for the last stable offset: see the port.
    ends: (topics) => logOffsets(admin, topics, 'high'),
    earliest: (topics) => logOffsets(admin, topics, 'low'),
    commitIfEmpty: async (group, offsets) => {
      const { groups } = await asking(`group "${group}"`, 'DESCRIBE the group', () =>
        admin.describeGroups([group]),
      );
      const isEmpty = groups.every(({ state }) => state === 'Empty' || state === 'Dead');
      return isEmpty ? commitAsMember(kafka, group, offsets) : 'group is not empty';
    },
  };
}

function partitionsOf(admin: Admin) {
  return async (topic: string): Promise<[topic: string, partitions: number[]]> => {
    const { topics } = await asking(`topic "${topic}"`, 'DESCRIBE the topic', () =>
      admin.fetchTopicMetadata({ topics: [topic] }),
    );
    return [topic, topics.flatMap(({ partitions }) => partitions.map((one) => one.partitionId))];
  };
}

/** As kafkajs commits it when the log has been cut behind a group's position: go on at the earliest message. */
const AT_EARLIEST = -2n;

/**
 * kafkajs answers -1 where nothing is committed. A group that is to go on at the earliest message has a position: it was forked, and
 * must not be forked again.
 */
async function committedOf(
  admin: Admin,
  group: string,
  topics: readonly string[],
): Promise<Offsets> {
  const answer = await asking(`group "${group}"`, 'DESCRIBE the group', () =>
    admin.fetchOffsets({ groupId: group, topics: [...topics] }),
  );
  const offsets: MutableOffsets = new Map();
  for (const { topic, partitions } of answer) {
    for (const { partition, offset } of partitions) {
      const committed = BigInt(offset) === AT_EARLIEST ? 0n : BigInt(offset);
      if (committed >= 0n) setOffset(offsets, topic, partition, committed);
    }
  }
  return offsets;
}

async function logOffsets(
  admin: Admin,
  topics: readonly string[],
  which: 'high' | 'low',
): Promise<Offsets> {
  return new Map(
    await each(topics, async (topic) => {
      const partitions = await asking(`topic "${topic}"`, 'DESCRIBE the topic', () =>
        admin.fetchTopicOffsets(topic),
      );
      return [topic, new Map(partitions.map((one) => [one.partition, BigInt(one[which])]))];
    }),
  );
}

/** One after the other: kafkajs adds each topic to the connection's metadata under a lock. */
async function each<T>(
  topics: readonly string[],
  ask: (topic: string) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = [];
  for (const topic of topics) answers.push(await ask(topic));
  return answers;
}
