import { MERGED_LISTS, targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { fullName, isMerged, mergeCondition } from './merges.ts';

/** The state of a merge, for people: one line if it is merged, else a headline and its conditions. */
export function describeMerge(merge: VirtualServiceMerge): string[] {
  const name = fullName(merge);
  const { conditions = [] } = merge.status ?? {};
  const merged = mergeCondition(merge, 'Merged');
  if (merged === undefined) return [`${name} has no status`];
  if (isMerged(merge)) return [`${name} is merged: ${merged.message}`];
  const target = targetOf(merge);
  const where = target === undefined ? '' : ` into VirtualService ${target}`;
  return [
    `${name} is not merged${where}: ${merged.reason}`,
    ...conditions.map(
      ({ type, status, reason, message }) =>
        `  ${type.padEnd(TYPE_WIDTH)} ${status.padEnd(STATUS_WIDTH)} ${reason}: ${message}`,
    ),
  ];
}

const TYPE_WIDTH = 'TargetFound'.length;
const STATUS_WIDTH = 'Unknown'.length;

/** What its author should know although it is merged: conflicts, and fields that are ignored. */
export function mergeWarnings(merge: VirtualServiceMerge): string[] {
  if (!isMerged(merge)) return [];
  const conflicted = mergeCondition(merge, 'Conflicted');
  const accepted = mergeCondition(merge, 'Accepted');
  return [
    ...(conflicted?.status === 'True' ? [`conflicted: ${conflicted.message}`] : []),
    ...(accepted?.status === 'True' && hasIgnored(merge) ? [accepted.message] : []),
  ];
}

function hasIgnored({ spec }: VirtualServiceMerge): boolean {
  return Object.entries(spec.patch ?? {}).some(
    ([member, value]) => value !== null && !MERGED_LISTS.some((list) => list === member),
  );
}
