import type { BrokerAdmin, Offsets } from '../../src/broker/port.ts';

/** First and next offset of each partition. */
export interface FakePartition {
  earliest: bigint;
  end: bigint;
}

export interface FakeGroup {
  offsets: Map<string, Map<number, bigint>>;
  members: number;
}

export interface FakeBroker {
  topics: Map<string, FakePartition[]>;
  group(name: string): FakeGroup;
  admin: BrokerAdmin;
}

/** A broker in memory: what the port asks for, and groups with members and offsets. */
export function fakeBroker(topics: Readonly<Record<string, readonly FakePartition[]>>): FakeBroker {
  const log = new Map(
    Object.entries(topics).map(([topic, parts]) => [topic, parts.map((part) => ({ ...part }))]),
  );
  const groups = new Map<string, FakeGroup>();
  const group = (name: string) => {
    const found = groups.get(name) ?? { offsets: new Map(), members: 0 };
    groups.set(name, found);
    return found;
  };
  const partitions = (topic: string) => {
    const found = log.get(topic);
    if (found === undefined) throw new Error(`topic "${topic}" does not exist`);
    return found;
  };
  const logOffsets = async (
    names: readonly string[],
    which: keyof FakePartition,
  ): Promise<Offsets> =>
    new Map(
      names.map((topic) => [
        topic,
        new Map(partitions(topic).map((part, id) => [id, part[which]])),
      ]),
    );
  return {
    topics: log,
    group,
    admin: {
      partitions: async (names) =>
        new Map(names.map((topic) => [topic, [...partitions(topic).keys()]])),
      committed: async (name, names) =>
        new Map(names.map((topic) => [topic, new Map(group(name).offsets.get(topic))])),
      ends: (names) => logOffsets(names, 'end'),
      earliest: (names) => logOffsets(names, 'earliest'),
      commitIfEmpty: async (name, offsets) => {
        const target = group(name);
        if (target.members > 0) return 'group is not empty';
        for (const [topic, ofTopic] of offsets) {
          target.offsets.set(topic, new Map([...(target.offsets.get(topic) ?? []), ...ofTopic]));
        }
        return 'done';
      },
    },
  };
}

/** Every call of the port waits for its turn. */
export function scheduled(
  admin: BrokerAdmin,
  turn: <T>(call: () => Promise<T>) => Promise<T>,
): BrokerAdmin {
  return {
    partitions: (topics) => turn(() => admin.partitions(topics)),
    committed: (group, topics) => turn(() => admin.committed(group, topics)),
    ends: (topics, isolation) => turn(() => admin.ends(topics, isolation)),
    earliest: (topics) => turn(() => admin.earliest(topics)),
    commitIfEmpty: (group, offsets) => turn(() => admin.commitIfEmpty(group, offsets)),
  };
}
