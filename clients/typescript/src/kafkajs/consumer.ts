import type {
  Consumer,
  ConsumerConfig,
  ConsumerRunConfig,
  ConsumerSubscribeTopics,
  EachBatchHandler,
  EachMessageHandler,
  Kafka,
} from 'kafkajs';
import type { GroupMembership, Routing } from '../routing/types.ts';
import { adminOf } from './admin.ts';
import { routedHandlers } from './handlers.ts';
import { type Progress, progressOf } from './progress.ts';

/** As kafkajs' own, with what the library owns: where a group begins, and the subscription. */
export interface RoutedConsumerConfig extends ConsumerConfig {
  /** The group id of the base, in every version of the service. An env's consumer derives its own from it. */
  groupId: string;
  /** All topics by name: each is forked before it is consumed. */
  topics: readonly string[];
  /**
   * Where a plain consumer begins in partitions without a committed offset. Without effect for stable and envs: they begin at the earliest
   * message, since one that begins at the end loses the messages of new partitions.
   */
  fromBeginning?: boolean;
  /**
   * How old metadata may be, in milliseconds: so long a partition that is added stays unknown. For stable and envs at most 30,000, which is also
   * the default there; a larger number counts as that. A drain waits for all partitions, also those that the group does not know yet.
   */
  metadataMaxAge?: number;
}

/** Kafka's usual 5 minutes are longer than a drain. */
const MAX_METADATA_AGE_MS = 30_000;

type Handlers = 'eachMessage' | 'eachBatch';

/** As kafkajs' own, with exactly one of the two handlers. */
export type RoutedRunConfig = Omit<ConsumerRunConfig, Handlers> &
  (
    | { eachMessage: EachMessageHandler; eachBatch?: never }
    | { eachBatch: EachBatchHandler; eachMessage?: never }
  );

/** A kafkajs consumer that is connected and subscribed. */
export type RoutedConsumer = Omit<Consumer, 'subscribe' | 'run'> & {
  run(config: RoutedRunConfig): Promise<void>;
};

/** Creates a consumer, connects it, forks its group (env) and subscribes. */
export async function routedConsumer(
  routing: Routing,
  kafka: Kafka,
  { topics, fromBeginning = false, ...config }: RoutedConsumerConfig,
): Promise<RoutedConsumer> {
  checkConfig(config.groupId, topics);
  const membership = await routing.join({
    base: config.groupId,
    topics,
    isolation: config.readUncommitted === true ? 'read_uncommitted' : 'read_committed',
    openAdmin: adminOf(kafka),
  });
  const { groupId, reset, abandoned } = membership;
  try {
    const consumer = kafka.consumer({ ...config, ...metadataAge(routing, config), groupId });
    await begin(consumer, { topics: [...topics], fromBeginning: reset ? true : fromBeginning });
    return withRouting(consumer, routing, membership, progressOf());
  } catch (error) {
    abandoned();
    throw error;
  }
}

/** One that fails keeps no connection: the application may create the consumer again. */
async function begin(consumer: Consumer, topics: ConsumerSubscribeTopics): Promise<void> {
  try {
    await consumer.connect();
    await consumer.subscribe(topics);
  } catch (error) {
    await consumer.disconnect().catch(() => {});
    throw error;
  }
}

/** A plain consumer keeps what the application has set. */
function metadataAge(
  { mode }: Routing,
  { metadataMaxAge = MAX_METADATA_AGE_MS }: Pick<RoutedConsumerConfig, 'metadataMaxAge'>,
): Pick<ConsumerConfig, 'metadataMaxAge'> {
  if (mode === 'plain') return {};
  return { metadataMaxAge: Math.min(metadataMaxAge, MAX_METADATA_AGE_MS) };
}

function withRouting(
  consumer: Consumer,
  routing: Routing,
  { assigned, abandoned }: GroupMembership,
  progress: Progress,
): RoutedConsumer {
  const { subscribe: _, ...own } = consumer;
  let isEnded = false;
  let autoCommits = true;
  consumer.on(consumer.events.GROUP_JOIN, () => {
    progress.clear();
    assigned();
  });
  // By the application, or by kafkajs after an error.
  consumer.on(consumer.events.DISCONNECT, abandoned);
  if (routing.mode !== 'plain') commitSkipped(consumer, progress, () => autoCommits);
  const ending = (end: () => Promise<void>) => () => {
    isEnded = true;
    return end();
  };
  return {
    ...own,
    run: async (config) => {
      isEnded = false;
      autoCommits = config.autoCommit !== false;
      await routing.mayConsume();
      if (!isEnded) await consumer.run({ ...config, ...routedHandlers(config, routing, progress) });
    },
    stop: ending(consumer.stop),
    disconnect: ending(consumer.disconnect),
  };
}

/**
 * Commits what the application never sees: kafkajs commits skipped messages with the others, but an application that commits by itself
 * does not know of them; and nobody commits the last records of a transaction, which are no messages. A drain would wait for both.
 */
function commitSkipped(consumer: Consumer, progress: Progress, autoCommits: () => boolean): void {
  const commit = (topic: string, partition: number) => {
    const offset = progress.toCommit(topic, partition);
    if (offset === undefined) return;
    // One that fails belongs to a lost assignment.
    consumer.commitOffsets([{ topic, partition, offset }]).catch(() => {});
  };
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const { topic, partition, batchSize, lastOffset } = payload;
    if (batchSize === 0) progress.skipped(topic, partition, lastOffset);
    if (batchSize === 0 || !autoCommits()) commit(topic, partition);
  });
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { topic, partitions } of payload.topics) {
      for (const { partition, offset } of partitions) {
        progress.committed(topic, partition, offset);
        if (!autoCommits()) commit(topic, partition);
      }
    }
  });
}

function checkConfig(groupId: string, topics: readonly string[]): void {
  if (!isName(groupId))
    throw new Error('Event routing: `groupId` must be the group id of the base');
  if (Array.isArray(topics) && topics.length > 0 && topics.every(isName)) return;
  throw new Error(
    'Event routing: `topics` must list the topics by name; a pattern cannot be forked before its topics exist',
  );
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
