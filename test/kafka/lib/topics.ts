import type { Admin } from '@platformatic/kafka';

/** Closed segments after some seconds, which the broker's cleaner then compacts. */
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.ms': '3000',
  'min.cleanable.dirty.ratio': '0.01',
  'max.compaction.lag.ms': '1000',
};

/** A plain topic, one that is written in transactions, and one that is compacted. */
export interface Topics {
  plain: string;
  transactional: string;
  compacted: string;
}

export async function createTopics(
  admin: Admin,
  name: string,
  partitions: number,
): Promise<Topics> {
  const topics = {
    plain: `${name}-payments`,
    transactional: `${name}-ledger`,
    compacted: `${name}-prices`,
  };
  const common = { partitions, replicas: 1 };
  await admin.createTopics({ ...common, topics: [topics.plain, topics.transactional] });
  const configs = Object.entries(COMPACTED).map(([key, value]) => ({ name: key, value }));
  await admin.createTopics({ ...common, topics: [topics.compacted], configs });
  return topics;
}
