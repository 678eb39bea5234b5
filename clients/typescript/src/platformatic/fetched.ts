import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClusterMetadata,
  type ConsumeOptions,
  type Consumer,
  type MessagesStream,
  MessagesStreamModes,
  type MetadataOptions,
} from '@platformatic/kafka';
import { Changed, inWords, isPassing } from './errors.ts';
import type { RawMessage } from './message.ts';

export type RawConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>;
type RawStream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;
export type RawConsumeOptions = Omit<
  ConsumeOptions<Buffer, Buffer, Buffer, Buffer>,
  'mode' | 'offsets' | 'autocommit' | 'deserializers'
>;

type MetadataCallback = (error: Error | null, metadata?: ClusterMetadata) => void;

/** Between two tries to consume again. */
const PAUSE_MS = 1000;

/** The messages of all partitions that this member has, as they are fetched. */
export interface Fetched {
  /** The next message; null: there is none now, and `more` will be called. */
  read(): RawMessage | null;
  /**
   * Up to where this partition was read, if that is past what the group has committed and nothing fetched is waiting in `read`.
   * It also counts what is no message: markers of transactions, and gaps of compacted topics.
   */
  position(topic: string, partition: number): bigint | undefined;
  /** Joins the group as a new member, and fetches from the committed offsets. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface FetchedEvents {
  more(): void;
  /** Fetching has ended and goes on by itself. */
  interrupted(error: Error): void;
  /** Fetching has ended for good: a right or a topic is missing. */
  failed(error: Error): void;
}

/**
 * Joins the group and fetches. The library ends a stream on every error that outlives its retries, lost connections and rebalances
 * among them. These are survived here with a new stream, which begins at the committed offsets.
 */
export async function fetched(
  consumer: RawConsumer,
  options: RawConsumeOptions,
  events: FetchedEvents,
): Promise<Fetched> {
  let isClosed = false;
  guardFetches(consumer, () => stream);
  let stream: RawStream | undefined;
  stream = await open();

  async function open(): Promise<RawStream> {
    // The library adds defaults to the options that it gets.
    const opened = await consumer.consume({
      ...options,
      topics: [...options.topics],
      mode: MessagesStreamModes.COMMITTED,
      autocommit: false,
    });
    opened.on('readable', events.more);
    opened.on('error', (error) => {
      // One that was replaced has nothing to say any more.
      if (stream === opened) void again(error);
    });
    return opened;
  }

  /** Opens a new stream; the error if it cannot. */
  async function tryAgain(): Promise<unknown> {
    await sleep(PAUSE_MS);
    if (isClosed) return undefined;
    try {
      stream = await open();
      events.more();
      return undefined;
    } catch (failure) {
      return failure;
    }
  }

  async function again(error: Error): Promise<void> {
    stream = undefined;
    for (let reason: unknown = error; reason !== undefined && !isClosed; ) {
      const told = inWords(reason, {
        what: 'fetch',
        group: consumer.groupId,
        topics: options.topics,
      });
      if (!isPassing(reason)) return events.failed(told);
      if (!(reason instanceof Changed)) events.interrupted(told);
      reason = await tryAgain();
    }
  }

  return {
    read: () => (stream?.read() as RawMessage | null | undefined) ?? null,
    position: (topic, partition) => {
      if (stream === undefined || stream.readableLength > 0) return undefined;
      const key = `${topic}:${partition}`;
      const committed = stream.offsetsCommitted.get(key);
      const read = stream.offsetsToFetch.get(key);
      return committed !== undefined && read !== undefined && read > committed ? read : undefined;
    },
    restart: async () => {
      const old = stream;
      if (old === undefined) return;
      stream = undefined;
      await old.close().catch(() => {});
      consumer.memberId = null;
      consumer.assignments = [];
      await again(new Changed());
    },
    close: async () => {
      isClosed = true;
      await stream?.close();
    },
  };
}

/**
 * Before each fetch the library asks its consumer for metadata, and then throws where nobody can catch it if a partition is assigned
 * that the metadata or the stream does not know yet: partitions were added, or the topic was created anew with fewer. Here it gets an
 * error instead, and the stream is opened again.
 */
function guardFetches(consumer: RawConsumer, current: () => RawStream | undefined): void {
  const metadata = consumer.metadata.bind(consumer);
  const isKnown = (found: ClusterMetadata | undefined) =>
    (consumer.assignments ?? []).every(({ topic, partitions }) =>
      partitions.every(
        (partition) =>
          found?.topics.get(topic)?.partitions[partition] !== undefined &&
          current()?.offsetsToFetch.has(`${topic}:${partition}`) !== false,
      ),
    );
  const guarded = (options: MetadataOptions, callback?: MetadataCallback) => {
    if (callback === undefined) return metadata(options);
    return metadata(options, (error, found) => {
      if (error !== null || isKnown(found)) return callback(error, found);
      consumer.clearMetadata();
      callback(new Changed(), found);
    });
  };
  consumer.metadata = guarded as typeof consumer.metadata;
}
