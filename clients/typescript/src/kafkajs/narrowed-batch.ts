import type { Batch, KafkaMessage } from 'kafkajs';

/**
 * A batch with the messages that are to be handled. It keeps the other's methods, which also know of records that never reach an
 * application, such as the ends of transactions.
 */
export function narrowed(batch: Batch, handled: KafkaMessage[]): Batch {
  return Object.create(batch, { messages: { value: handled, enumerable: true } });
}

/** The last message before the first one that is handled; undefined: the batch begins with one. */
export function skippedFirst(
  messages: readonly KafkaMessage[],
  handled: readonly KafkaMessage[],
): string | undefined {
  const [first] = handled;
  return (first === undefined ? messages.at(-1) : messages[messages.indexOf(first) - 1])?.offset;
}
