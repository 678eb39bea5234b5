import { hasAny, type MutableOffsets, offsetOf, setOffset } from './offsets.ts';
import type { BrokerAdmin, Offsets } from './port.ts';

export interface ForkOptions {
  /** Group of the env. */
  own: string;
  /** Group of the stable consumer, whose position is copied. */
  base: string;
  topics: readonly string[];
  sleep(ms: number): Promise<void>;
  /** Whether the env's incarnation is live, so that stable skips its messages. False also if nobody knows. */
  isLive(): Promise<boolean>;
}

/** `was live`: the group had lost its position, and begins at the earliest message. */
export type Forked = 'forked' | 'was forked' | 'was live' | 'begins at the earliest message';

/** Another pod's attempt takes seconds; a pod that died in it leaves a member until its session ends. */
const RETRY_MS = 1000;
/** With a feed that does not answer, each takes 4 s: together less than the ten minutes of the startup probe. */
const MAX_TRIES = 120;

/**
 * Begins a group of an env where the stable consumer is: copies the committed offsets of the base's group; where it has none, the group
 * begins at the earliest message. Messages before that were handled by stable, since the env is not live yet; from there on nothing is
 * missed.
 *
 * A group that has any offset is left as it is: it was forked before, by this pod or another one. It is never completed from the base's
 * offsets: the env may be live, so stable may have skipped its messages. Partitions and topics that came later begin at the earliest
 * message, because the consumer's reset is earliest.
 *
 * A group that keeps having members, but no offset in these topics, consumed other topics before: then these begin at the earliest
 * message, too.
 *
 * A group without any offset whose env is live had a position and lost it (Kafka removes offsets of empty groups, people delete them), or
 * its topics are new. Stable has skipped messages that nobody has handled, and where they begin is not known any more. So it begins at
 * the earliest message: the env handles some twice, but loses none.
 *
 * Several pods may do this at the same time. Whichever offsets are committed last, stable has handled everything before them.
 */
export async function fork(admin: BrokerAdmin, options: ForkOptions): Promise<Forked> {
  const { own, topics, sleep } = options;
  // First, since its error names a topic that is missing.
  await admin.partitions(topics);
  const isForked = async () => hasAny(await admin.committed(own, topics));
  let how: Forked = 'forked';
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (await isForked()) return tries === 0 ? 'was forked' : how;
    const { wasLive, offsets } = await start(admin, options);
    // Asked again, in case that nobody knows what is live: an env becomes live only after a fork, so without one it was not live when the
    // base's offsets were read, however long this process stood still. What this cannot see is a fork that has been lost since.
    if (await isForked()) return 'was forked';
    const result = await admin.commitIfEmpty(own, offsets);
    if (result !== 'done') await sleep(RETRY_MS);
    // Also after "done" it is read again: a commit that got lost must not look like a fork.
    else if (wasLive) how = 'was live';
  }
  return 'begins at the earliest message';
}

async function start(
  admin: BrokerAdmin,
  options: ForkOptions,
): Promise<{ wasLive: boolean; offsets: Offsets }> {
  const copied = await copiedOffsets(admin, options);
  // Asked only now: an env that is not live then was not live either when the base's offsets were read.
  const wasLive = await options.isLive();
  return { wasLive, offsets: wasLive ? await admin.earliest(options.topics) : copied };
}

async function copiedOffsets(admin: BrokerAdmin, { base, topics }: ForkOptions): Promise<Offsets> {
  const partitions = await admin.partitions(topics);
  const earliest = await admin.earliest(topics);
  const committed = await admin.committed(base, topics);
  const offsets: MutableOffsets = new Map();
  for (const [topic, ids] of partitions) {
    for (const id of ids) {
      const first = offsetOf(earliest, topic, id) ?? 0n;
      const position = offsetOf(committed, topic, id) ?? first;
      // The log may have been cut since the base committed.
      setOffset(offsets, topic, id, position < first ? first : position);
    }
  }
  return offsets;
}
