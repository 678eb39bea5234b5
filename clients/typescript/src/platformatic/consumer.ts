import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, FetchIsolationLevels, MessagesStreamFallbackModes } from '@platformatic/kafka';
import type { Routing } from '../routing/types.ts';
import { acknowledged } from './acknowledged.ts';
import { adminOpener } from './admin.ts';
import { type Commits, commits } from './commits.ts';
import { inWords } from './errors.ts';
import { type Fetched, fetched, type RawConsumer } from './fetched.ts';
import { watchMembership } from './membership.ts';
import { routedStream } from './stream.ts';
import type {
  EventConsumeOptions,
  EventConsumer,
  EventConsumerOptions,
  EventStream,
} from './types.ts';

const COMMIT_MS = 500;
/** How long `close` waits for messages that are being handled. */
const LAST_MS = 5000;

/**
 * A consumer of this service's share of the messages: in an env those of its ref, in stable all others. It owns the group, where it
 * begins, commits, readiness and drain; everything else is as in the library. Errors are those of the stream: rights or topics that
 * are missing end it; lost connections and rebalances do not.
 *
 * ```ts
 * const events = await eventRouting();
 * const consumer = events.consumer({ groupId: 'orders', clientId: 'orders', bootstrapBrokers, deserializers });
 * const stream = await consumer.consume({ topics: ['payments'] });
 * await stream.handle((message) => ship(message.value));
 * ```
 */
export function eventConsumer<
  Key = Buffer,
  Value = Buffer,
  HeaderKey = Buffer,
  HeaderValue = Buffer,
>(
  routing: Routing,
  options: EventConsumerOptions<Key, Value, HeaderKey, HeaderValue>,
): EventConsumer<Key, Value, HeaderKey, HeaderValue> {
  const { commitInterval = COMMIT_MS, deserializers = {}, groupId, ...others } = options;
  const isolationLevel = options.isolationLevel ?? FetchIsolationLevels.READ_COMMITTED;
  let running: Running<Key, Value, HeaderKey, HeaderValue> | undefined;
  let isCalled = false;
  let closing: Promise<void> | undefined;

  const consume = async (asked: EventConsumeOptions) => {
    if (isCalled) throw new Error('consume is to be called once, with all topics of the group');
    isCalled = true;
    const { topics, fallbackMode = MessagesStreamFallbackModes.LATEST } = asked;
    const membership = await routing.join({
      base: groupId,
      topics,
      isolation: isolationOf(isolationLevel),
      openAdmin: adminOpener(others),
    });
    await routing.mayConsume();
    if (closing !== undefined) throw new Error('the consumer was closed before it consumed');
    const consumer = new Consumer({ ...others, isolationLevel, groupId: membership.groupId });
    const acks = acknowledged();
    const routed = routedStream({
      routing,
      acknowledged: acks,
      deserializers,
      read: () => (closing === undefined ? (running?.source.read() ?? null) : null),
      flush: async () => running?.committer.flush(),
      destroyed: () => void close(),
    });
    const events = {
      more: routed.more,
      interrupted: warn,
      failed: (error: Error) => void routed.stream.destroy(error),
      assigned: membership.assigned,
      lost: () => void running?.source.restart(),
    };
    const from = membership.reset ?? fallbackMode;
    const fetching = { ...asked, isolationLevel, fallbackMode: from };
    const source = await fetched(consumer, fetching, events).catch(async (error: unknown) => {
      await consumer.close(true).catch(() => {});
      throw inWords(error, { what: 'join', group: membership.groupId, topics });
    });
    running = {
      consumer,
      source,
      stream: routed.stream,
      committer: commits({
        consumer,
        acknowledged: acks,
        fetched: source,
        interval: commitInterval,
        failed: warn,
      }),
      unwatch: watchMembership(consumer, topics, options.groupProtocol !== 'consumer', events),
      handled: () => untilNone(acks.open),
    };
    routed.more();
    return routed.stream;
  };

  const close = () => {
    closing ??= running === undefined ? Promise.resolve() : end(running);
    return closing;
  };

  return {
    consume,
    close,
    get consumer() {
      return running?.consumer;
    },
  };
}

interface Running<Key, Value, HeaderKey, HeaderValue> {
  consumer: RawConsumer;
  source: Fetched;
  stream: EventStream<Key, Value, HeaderKey, HeaderValue>;
  committer: Commits;
  unwatch(): void;
  /** Resolves when what was handed out is handled, or after some seconds. */
  handled(): Promise<void>;
}

/** What was handed out is handled and committed before the group is left: else it would come again. */
async function end<K, V, HK, HV>(running: Running<K, V, HK, HV>): Promise<void> {
  const { consumer, source, stream, committer, unwatch, handled } = running;
  unwatch();
  if (!stream.destroyed) {
    stream.push(null);
    await handled();
  }
  await committer.close();
  await source.close();
  await consumer.close(true);
}

async function untilNone(open: () => number): Promise<void> {
  for (const before = Date.now() + LAST_MS; open() > 0 && Date.now() < before; ) await sleep(20);
}

const isolationOf = (level: number) =>
  level === FetchIsolationLevels.READ_COMMITTED ? 'read_committed' : 'read_uncommitted';

const warn = (error: unknown) =>
  process.emitWarning(error instanceof Error ? error.message : String(error));
