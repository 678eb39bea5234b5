import type { Batch, KafkaMessage } from 'kafkajs';

/**
 * A batch with the messages that are to be handled: the batch itself if these are all. It has the other's methods, which also know of
 * records that never reach an application, such as the ends of transactions; and its properties as own ones, since applications spread
 * batches and write them as JSON.
 */
export function narrowed(batch: Batch, handled: KafkaMessage[]): Batch {
  if (handled.length === batch.messages.length) return batch;
  const messages = { value: handled, enumerable: true, writable: true, configurable: true };
  return Object.create(Object.getPrototypeOf(batch), {
    ...Object.getOwnPropertyDescriptors(batch),
    messages,
  });
}

/** The last message before the first one that is handled; undefined: the batch begins with one. */
export function skippedFirst(
  messages: readonly KafkaMessage[],
  handled: readonly KafkaMessage[],
): string | undefined {
  const [first] = handled;
  return (first === undefined ? messages.at(-1) : messages[messages.indexOf(first) - 1])?.offset;
}
