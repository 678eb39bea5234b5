import { randomBytes } from 'node:crypto';
import type { Admin } from '@platformatic/kafka';

export interface Names {
  topic: string;
  group: string;
}

/** A topic and the name of a group that no other test has. */
export async function freshTopic(admin: Admin): Promise<Names> {
  const suffix = randomBytes(4).toString('hex');
  const topic = `payments-${suffix}`;
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 });
  return { topic, group: `orders-${suffix}` };
}
