import { hasAny, type MutableOffsets, offsetOf, setOffset } from './offsets.ts';
import type { BrokerAdmin, Offsets } from './port.ts';

export interface ForkOptions {
  /** Group of the env. */
  own: string;
  /** Group of the stable consumer, whose position is copied. */
  base: string;
  topics: readonly string[];
  sleep(ms: number): Promise<void>;
}

/** Another pod's attempt takes seconds; a pod that died in it leaves a member until its session ends. */
const RETRY_MS = 1000;
const MAX_TRIES = 180;

/**
 * Begins a group of an env where the stable consumer is: copies the committed offsets of the base's group; where it has none, the group
 * begins at the earliest message. Messages before that were handled by stable, since the env is not live yet; from there on nothing is missed.
 *
 * A group that has any offset is left as it is: it was forked before, by this pod or another one. It is never completed from the base's
 * offsets: the env may be live, so stable may have skipped its messages. Partitions and topics that came later begin at the earliest message,
 * because the consumer's reset is earliest.
 *
 * A group that keeps having members, but no offset in these topics, consumed other topics before: then these begin at the earliest message, too.
 *
 * Several pods may do this at the same time. Whichever offsets are committed last, stable has handled everything before them.
 */
export async function fork(
  admin: BrokerAdmin,
  options: ForkOptions,
): Promise<'forked' | 'was forked' | 'begins at the earliest message'> {
  const { own, topics, sleep } = options;
  // First, since its error names a topic that is missing.
  await admin.partitions(topics);
  const isForked = async () => hasAny(await admin.committed(own, topics));
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (await isForked()) return tries === 0 ? 'was forked' : 'forked';
    const offsets = await startOffsets(admin, options);
    // Asked again: only if there is still no fork, the env was not live when the base's offsets were read, however long this process stood still.
    if (await isForked()) return 'was forked';
    const result = await admin.commitIfEmpty(own, offsets);
    // Also after "done" it is read again: a commit that got lost must not look like a fork.
    if (result !== 'done') await sleep(RETRY_MS);
  }
  return 'begins at the earliest message';
}

async function startOffsets(admin: BrokerAdmin, { base, topics }: ForkOptions): Promise<Offsets> {
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
