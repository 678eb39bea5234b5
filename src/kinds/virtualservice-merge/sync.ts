import { TARGET_LABEL } from '../../api/marks.ts';
import type { VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { DecoratorRequest, DecoratorResponse } from '../../hooks/types.ts';
import { observe } from './observed.ts';
import { mergeStatus } from './status.ts';
import { labelOf, readTarget } from './target.ts';

/** What the decorator sets on a merge. `isKnown`: false when its target was not sent; then its status stays as it is. */
export interface MergeDecoration {
  answer: DecoratorResponse;
  isKnown: boolean;
}

/** The label by which its target finds a merge, and its status. `object`: a VirtualServiceMerge of any shape. */
export function decorateMerge(
  { object, related }: Pick<DecoratorRequest, 'object' | 'related'>,
  now: Date,
): MergeDecoration {
  const labels = { [TARGET_LABEL]: labelOf(object) ?? null };
  const answer: DecoratorResponse = { labels, attachments: [] };
  // Its routes leave; what its status said last is not corrected any more.
  if (object.metadata.deletionTimestamp !== undefined) return { answer, isKnown: true };
  const observed = observe(readTarget(object), related);
  if (observed === undefined) return { answer, isKnown: false };
  const status = mergeStatus(object as VirtualServiceMerge, observed, now);
  return { answer: { ...answer, status }, isKnown: true };
}
