import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterMetadata } from '@platformatic/kafka';
import { inWords, isPassing, isUnknownMember } from './errors.ts';
import type { RawConsumer } from './fetched.ts';

const ASSIGNED_MS = 100;
const PARTITIONS_MS = 5000;
const PAUSE_MS = 1000;

export interface MembershipEvents {
  /** The group has given this member its partitions, maybe none. */
  assigned(): void;
  /** The group has forgotten this member. */
  lost(): void;
  interrupted(error: Error): void;
  failed(error: Error): void;
}

/**
 * Watches a consumer's membership until the result is called:
 * - The first assignment. With the `consumer` protocol the library has no event for it.
 * - New partitions of a topic. With the `classic` protocol a member has to ask for them and join again; the library does not.
 * - A membership that ended while the process was stopped. With the `consumer` protocol the library goes on with the old one for ever: it
 *   fetches what others have now, and cannot commit.
 * - A rejoin that failed: the library stops its heartbeats then, and throws if nobody listens to `error`.
 */
export function watchMembership(
  consumer: RawConsumer,
  topics: readonly string[],
  isClassic: boolean,
  events: MembershipEvents,
): () => void {
  let isOver = false;
  const assigned = setInterval(() => {
    if (consumer.assignments === null || !consumer.isActive()) return;
    clearInterval(assigned);
    events.assigned();
  }, ASSIGNED_MS);

  const countOf = (metadata: ClusterMetadata | undefined) =>
    topics.map((topic) => metadata?.topics.get(topic)?.partitionsCount).join();
  let count = countOf(consumer.currentMetadata);
  const grew = async () => {
    const before = count;
    count = countOf(await consumer.metadata({ topics: [...topics], forceUpdate: true }));
    return before !== count;
  };
  const joinIfGrown = async () => {
    // A failure is no news: fetching asks for the same metadata.
    if (await grew().catch(() => false)) await join();
  };
  const partitions = isClassic ? setInterval(() => void joinIfGrown(), PARTITIONS_MS) : undefined;

  let joining: Promise<void> | undefined;
  const join = () => {
    joining ??= untilJoined().finally(() => {
      joining = undefined;
    });
    return joining;
  };
  const untilJoined = async () => {
    while (!isOver) {
      try {
        await consumer.joinGroup({});
        return;
      } catch (error) {
        const told = inWords(error, { what: 'join', group: consumer.groupId, topics });
        if (!isPassing(error)) return events.failed(told);
        events.interrupted(told);
        await sleep(PAUSE_MS);
      }
    }
  };
  const onHeartbeatError = ({ error }: { error: Error }) => {
    if (!isClassic && isUnknownMember(error)) events.lost();
  };
  consumer.on('consumer:heartbeat:error', onHeartbeatError);
  const onError = () => void join();
  // The library emits `error`, but its types do not have it.
  (consumer as NodeJS.EventEmitter).on('error', onError);

  return () => {
    isOver = true;
    consumer.removeListener('consumer:heartbeat:error', onHeartbeatError);
    clearInterval(assigned);
    clearInterval(partitions);
  };
}
