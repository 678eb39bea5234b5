import type { Readable } from 'node:stream';
import type {
  ConsumeOptions,
  Consumer,
  ConsumerOptions,
  Message,
  MessagesStreamFallbackModeValue,
} from '@platformatic/kafka';
import type { Helper } from './helpers.ts';

/**
 * Options of the library's `Consumer`. `groupId` is that of the base, the same in every version of the service: an env's group is named
 * after it. The fetched buffers are deserialised only after the decision, so a schema registry's hooks have no place here: look
 * schemas up in `deserializers`, or deserialise the value in the handler.
 */
export type EventConsumerOptions<Key, Value, HeaderKey, HeaderValue> = Omit<
  ConsumerOptions<Key, Value, HeaderKey, HeaderValue>,
  'autocommit' | 'beforeDeserialization' | 'registry'
> & {
  /** How often handled offsets are committed, in milliseconds. Default 500. */
  commitInterval?: number;
};

/** Options of the library's `consume`. Group, start and commits are this module's. */
export type EventConsumeOptions = Pick<
  ConsumeOptions<Buffer, Buffer, Buffer, Buffer>,
  'topics' | 'minBytes' | 'maxBytes' | 'maxBytesPerPartition' | 'maxWaitTime' | 'highWaterMark'
> & {
  /** Where to begin without a committed offset. Only used without the environment variables of event routing, else `earliest`. */
  fallbackMode?: MessagesStreamFallbackModeValue;
};

/**
 * The messages that this process has to handle; what is another version's is not in it. A message counts as handled when the next one
 * is taken in `for await`, when its handler in `handle` has returned, or when its `commit()` is called, whichever is first. Who
 * listens to `data` or pipes the stream has to call `commit()`. A message that is never committed holds its partition's offset back.
 *
 * It is a `Readable` without helpers such as `map` and `forEach`, which throw an error. To handle several messages at the same time,
 * listen to `data` and call `commit()` of each: the group is committed up to the first message that is not.
 */
export interface EventStream<Key, Value, HeaderKey, HeaderValue> extends Omit<Readable, Helper> {
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<Message<Key, Value, HeaderKey, HeaderValue>>;
  /**
   * Calls the handler for each message, one after the other, with the message's route headers as context. Rejects with what the
   * handler throws: its message is then not acknowledged, and comes again.
   */
  handle(handler: (message: Message<Key, Value, HeaderKey, HeaderValue>) => unknown): Promise<void>;
}

/** A consumer of this service's share of the messages. */
export interface EventConsumer<Key, Value, HeaderKey, HeaderValue> {
  /** Joins the group: in an env after its offsets are forked. To be called once, with all topics. */
  consume(options: EventConsumeOptions): Promise<EventStream<Key, Value, HeaderKey, HeaderValue>>;
  /** The library's own consumer, for its events and metrics; undefined before `consume`. */
  readonly consumer: Consumer<Buffer, Buffer, Buffer, Buffer> | undefined;
  /** Commits what is handled, and leaves the group. */
  close(): Promise<void>;
}
