import { TARGET_LABEL } from '../../api/marks.ts';
import type {
  VirtualServiceMerge,
  VirtualServiceMergeStatus,
} from '../../api/virtualservicemerge.ts';
import type { DecoratorRequest, DecoratorResponse } from '../../hooks/types.ts';
import { observe } from './observed.ts';
import { readableStatus } from './readable-status.ts';
import { mergeStatus } from './status.ts';
import { labelOf, readTarget } from './target.ts';

/** What the decorator sets on a merge. */
export interface MergeDecoration {
  answer: DecoratorResponse;
  /** False: its target was not sent, so its status stays as it is. */
  isKnown: boolean;
  /** By condition: status and reason, where they are new. */
  changes: Record<string, string>;
}

/** The label by which its target finds a merge, and its status. `object`: a VirtualServiceMerge of any shape. */
export function decorateMerge(
  { object, related }: Pick<DecoratorRequest, 'object' | 'related'>,
  now: Date,
): MergeDecoration {
  const labels = { [TARGET_LABEL]: labelOf(object) ?? null };
  const answer: DecoratorResponse = { labels, attachments: [] };
  // Its routes leave; what its status said last is not corrected any more.
  if (object.metadata.deletionTimestamp !== undefined)
    return { answer, isKnown: true, changes: {} };
  const observed = observe(readTarget(object), related, object.metadata.namespace ?? '');
  if (observed === undefined) return { answer, isKnown: false, changes: {} };
  const merge = object as VirtualServiceMerge;
  const status = mergeStatus(merge, observed, now);
  const changes = changesBetween(readableStatus(merge), status);
  return { answer: { ...answer, status }, isKnown: true, changes };
}

function changesBetween(
  before: VirtualServiceMergeStatus,
  after: VirtualServiceMergeStatus,
): Record<string, string> {
  const texts = ({ conditions = [] }: VirtualServiceMergeStatus) =>
    conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`] as const);
  const known = new Map<string, string>(texts(before));
  return Object.fromEntries(texts(after).filter(([type, text]) => known.get(type) !== text));
}
