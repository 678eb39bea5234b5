import type { ConsumerRunConfig, EachBatchHandler, EachMessageHandler } from 'kafkajs';
import type { Routing } from '../routing/types.ts';
import { narrowed, skippedFirst } from './narrowed-batch.ts';
import type { Progress } from './progress.ts';

/** The application's handlers behind the decision. To skip is to return: kafkajs then counts the message as done. */
export function routedHandlers(
  { eachMessage, eachBatch }: Pick<ConsumerRunConfig, 'eachMessage' | 'eachBatch'>,
  routing: Routing,
  progress: Progress,
): Pick<ConsumerRunConfig, 'eachMessage' | 'eachBatch'> {
  return {
    ...(eachMessage && { eachMessage: routedEachMessage(eachMessage, routing, progress) }),
    ...(eachBatch && { eachBatch: routedEachBatch(eachBatch, routing, progress) }),
  };
}

function routedEachMessage(
  handler: EachMessageHandler,
  routing: Routing,
  progress: Progress,
): EachMessageHandler {
  return async (payload) => {
    const { topic, partition, message } = payload;
    if (routing.decide(message.headers).action === 'skip') {
      progress.skipped(topic, partition, message.offset);
      return;
    }
    progress.handled(topic, partition, message.offset);
    await routing.runWithMessage(message.headers, () => handler(payload));
  };
}

/** A batch has messages of several contexts, so its handler runs in none: it calls `runWithMessage` for each. */
function routedEachBatch(
  handler: EachBatchHandler,
  routing: Routing,
  progress: Progress,
): EachBatchHandler {
  return async (payload) => {
    const { batch } = payload;
    const { topic, partition, messages } = batch;
    const [start] = messages;
    if (start !== undefined) progress.reads(topic, partition, start.offset);
    const handled = messages.filter(({ headers }) => routing.decide(headers).action === 'handle');
    const before = skippedFirst(messages, handled);
    // Also for those that resolve by themselves: skipped messages behind what they resolved come again, as a batch that begins with them.
    if (before !== undefined) payload.resolveOffset(before);
    const [first] = handled;
    if (first !== undefined) {
      progress.handled(topic, partition, first.offset, handled.at(-1)?.offset);
    }
    // Behind the last message there may be records that are no messages.
    progress.skipped(topic, partition, batch.lastOffset());
    if (first === undefined) return;
    await routing.runWithMessage(undefined, () =>
      handler({ ...payload, batch: narrowed(batch, handled) }),
    );
  };
}
