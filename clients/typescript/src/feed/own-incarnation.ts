import type { Clocks } from './clocks.ts';
import { type FeedAnswer, isFresh, viewOf } from './lease.ts';
import { poll } from './poll.ts';

const ASK_FEED_MS = 3000;

/** An incarnation of a ref on a workload, and the feed that knows what is live. */
export interface OwnIncarnation {
  /** Undefined: nobody can be asked. */
  feed: URL | undefined;
  workload: string;
  ref: string;
  incarnation: string;
}

/** Asks the feed whether this incarnation is live. A feed that does not answer in time says nothing: then it counts as not live. */
export async function isStillLive(
  own: OwnIncarnation,
  clocks: Pick<Clocks, 'now'>,
): Promise<boolean> {
  const { feed, workload } = own;
  if (feed === undefined) return false;
  const sent = clocks.now();
  const result = await poll({ feed, workload, signal: AbortSignal.timeout(ASK_FEED_MS) });
  if (!('answer' in result) || !isFresh(viewOf(result.answer, sent), clocks.now())) return false;
  return isOwnLive(result.answer, own);
}

/**
 * Whether the answer says that this incarnation of the ref is live. Another one of the same ref has other consumer groups, so it does not
 * handle what this one leaves. A ref without an incarnation has two of them, which must not be: then neither is relied on. An older feed
 * knows no incarnations: then the ref alone counts.
 */
export function isOwnLive(
  { live, incarnations }: Pick<FeedAnswer, 'live' | 'incarnations'>,
  own: Pick<OwnIncarnation, 'ref' | 'incarnation'>,
): boolean {
  if (!live.some(({ ref }) => ref === own.ref)) return false;
  return incarnations === undefined || incarnations.get(own.ref) === own.incarnation;
}
