import { FetchIsolationLevels, MessagesStreamFallbackModes } from '@platformatic/kafka';
import type { GroupMembership, Routing } from '../routing/types.ts';
import { adminOpener } from './admin.ts';
import { join, type Member } from './member.ts';
import { routedStream } from './stream.ts';
import type { EventConsumeOptions, EventConsumer, EventConsumerOptions } from './types.ts';

const COMMIT_MS = 500;
const CLOSED = 'the consumer was closed before it consumed';

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
  let joining: Promise<Member> | undefined;
  let member: Member | undefined;
  let endStream = () => {};
  let abandoned = () => {};
  let isCalled = false;
  let closing: Promise<void> | undefined;
  const running = () => member?.current();
  const tell = (error: Error) => routing.log(error.message);

  const consume = async (asked: EventConsumeOptions) => {
    if (isCalled) throw new Error('consume is to be called once, with all topics of the group');
    isCalled = true;
    const membership = await routing.join({
      base: groupId,
      topics: asked.topics,
      isolation: isolationOf(isolationLevel),
      openAdmin: adminOpener(others),
    });
    abandoned = membership.abandoned;
    try {
      return await streamAs(membership, asked);
    } catch (error) {
      abandoned();
      throw error;
    }
  };

  const streamAs = async (membership: GroupMembership, asked: EventConsumeOptions) => {
    const { fallbackMode = MessagesStreamFallbackModes.LATEST } = asked;
    await routing.mayConsume();
    if (closing !== undefined) throw new Error(CLOSED);
    const routed = routedStream({
      routing,
      begin: (...message) => running()?.acks.begin(...message) ?? (() => {}),
      deserializers,
      read: () => (closing === undefined ? (running()?.source.read() ?? null) : null),
      flush: async () => running()?.committer.flush(),
      destroyed: () => {
        // Nobody waits for this end, so its failure has to be told here; `close` of the application rejects with its own.
        if (closing === undefined) close(false).catch(tell);
      },
    });
    const from = membership.reset ?? fallbackMode;
    const memberOptions = {
      consumer: { ...others, isolationLevel, groupId: membership.groupId },
      fetching: { ...asked, isolationLevel, fallbackMode: from },
      commitInterval,
    };
    joining = join(memberOptions, {
      more: routed.more,
      interrupted: tell,
      failed: (error) => void routed.stream.destroy(error),
      assigned: membership.assigned,
    });
    member = await joining;
    if (closing !== undefined) throw new Error(CLOSED);
    endStream = () => void routed.stream.push(null);
    routed.more();
    return routed.stream;
  };

  const close = (isWaiting: boolean) => {
    const ended = async () => {
      if (isWaiting) endStream();
      abandoned();
      // Also one that is still joining: nobody would read its partitions.
      const joined = await joining?.catch(() => undefined);
      await joined?.close(isWaiting);
    };
    closing ??= ended();
    return closing;
  };

  return {
    consume,
    close: () => close(true),
    get consumer() {
      return running()?.consumer;
    },
  };
}

const isolationOf = (level: number) =>
  level === FetchIsolationLevels.READ_COMMITTED ? 'read_committed' : 'read_uncommitted';
