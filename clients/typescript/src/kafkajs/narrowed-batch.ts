import type { EachBatchPayload, KafkaMessage } from 'kafkajs';

/**
 * The payload of `eachBatch` with the messages that are to be handled. Whatever the application resolves, skipped messages behind it are resolved
 * with it: else a consumer that resolves by itself would read them again and again, and its group would never reach the end.
 */
export function narrowed(
  payload: EachBatchPayload,
  handled: readonly KafkaMessage[],
): EachBatchPayload {
  const { batch } = payload;
  if (handled.length === batch.messages.length) return payload;
  const beyond = beyondSkipped(batch.messages, new Set(handled));
  return {
    ...payload,
    // Keeps the methods, which also know of records that never reach an application, such as the ends of transactions.
    batch: Object.create(batch, { messages: { value: handled, enumerable: true } }),
    resolveOffset: (offset) => payload.resolveOffset(beyond(offset)),
  };
}

/** The last message before the first one that is handled; undefined: the batch begins with one. */
export function skippedFirst(
  messages: readonly KafkaMessage[],
  handled: readonly KafkaMessage[],
): string | undefined {
  const [first] = handled;
  return (first === undefined ? messages.at(-1) : messages[messages.indexOf(first) - 1])?.offset;
}

/** For an offset, that of the last skipped message behind it, before the next one that is handled. */
function beyondSkipped(
  messages: readonly KafkaMessage[],
  handled: ReadonlySet<KafkaMessage>,
): (offset: string) => string {
  const beyond = new Map<string, string>();
  let last: string | undefined;
  for (const message of messages.toReversed()) {
    last ??= message.offset;
    beyond.set(message.offset, last);
    if (handled.has(message)) last = undefined;
  }
  return (offset) => beyond.get(offset) ?? offset;
}
