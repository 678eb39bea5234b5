import type { Kafka } from 'kafkajs';
import type { Offsets } from '../broker/port.ts';
import { asking, hasType } from './errors.ts';

/** Another member came or went while offsets were committed. */
const DISTURBED = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS'];

/**
 * Commits the offsets of a group without members, in one request. kafkajs' own `setOffsets` sends one per partition: a pod that dies between them
 * leaves half a fork. So this joins the group for a moment, reads nothing, commits, and leaves.
 *
 * `run` does not reject when joining fails, and `commitOffsets` then does nothing: hence the event. The caller reads the offsets again.
 */
export async function commitAsMember(
  kafka: Kafka,
  group: string,
  offsets: Offsets,
): Promise<'done' | 'group is not empty'> {
  const consumer = kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    // To leave takes as long as a fetch waits.
    maxWaitTimeInMs: 100,
  });
  let crash: Error | undefined;
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    crash = payload.error;
  });
  const topics = [...offsets.keys()];
  try {
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async () => {},
    });
    await asking(
      `group "${group}"`,
      'READ the group (prefix of the base’s group id and a dot)',
      async () => {
        if (crash) throw crash;
        consumer.pause(topics.map((topic) => ({ topic })));
        await consumer.commitOffsets(inRequest(offsets));
      },
    );
    return 'done';
  } catch (error) {
    if (hasType(error, DISTURBED)) return 'group is not empty';
    throw error;
  } finally {
    await consumer.disconnect().catch(() => {});
  }
}

function inRequest(offsets: Offsets) {
  return [...offsets].flatMap(([topic, ofTopic]) =>
    [...ofTopic].map(([partition, offset]) => ({ topic, partition, offset: String(offset) })),
  );
}
