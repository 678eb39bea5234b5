import {
  type MergeCondition,
  type MergeRef,
  mergeRefOf,
  targetOf,
  type VirtualServiceMerge,
} from '../../api/virtualservicemerge.ts';
import { byText } from '../../k8s/canonical.ts';
import { mergeWarnings } from '../common/describe-merge.ts';
import { isMerged, mergeCondition } from '../common/merges.ts';
import { isBeingDeleted } from '../common/user-objects.ts';

/** The state of one merge. */
export interface MergeReport extends MergeRef {
  /** The VirtualService, `namespace/name`; absent: the merge names none. */
  target?: string;
  /** Its present version is merged. */
  merged: boolean;
  reason: string;
  /** Why, and what to do. */
  message: string;
  /** Conflicts with other routes, and what is ignored. */
  warnings: string[];
  conditions: MergeCondition[];
}

/** Merges, for people (`merges-tree.ts`) and for programs (`-o json`). */
export interface MergesReport {
  /** All of them are. */
  merged: boolean;
  merges: MergeReport[];
  /** What could not be read. */
  notes: string[];
}

export function mergesReport(
  merges: readonly VirtualServiceMerge[],
  notes: readonly string[],
): MergesReport {
  const reports = merges
    .map(reportOf)
    .sort((a, b) => byText(sortKey(a), sortKey(b)) || byText(b.group, a.group));
  return { merged: reports.every(({ merged }) => merged), merges: reports, notes: [...notes] };
}

function sortKey({ namespace, name }: MergeReport): string {
  return `${namespace}/${name}`;
}

function reportOf(merge: VirtualServiceMerge): MergeReport {
  const target = targetOf(merge);
  return {
    ...mergeRefOf(merge),
    ...(target === undefined ? {} : { target }),
    merged: isMerged(merge),
    ...explanationOf(merge),
    warnings: mergeWarnings(merge),
    conditions: merge.status?.conditions ?? [],
  };
}

function explanationOf(merge: VirtualServiceMerge): Pick<MergeReport, 'reason' | 'message'> {
  const { name, namespace } = merge.metadata;
  const merged = mergeCondition(merge, 'Merged');
  const events = `"kubectl describe virtualservicemerge ${name} -n ${namespace}" shows errors`;
  if (isBeingDeleted(merge)) return { reason: 'BeingDeleted', message: 'it is being deleted' };
  if (merged === undefined) {
    const message = `it has no status yet: check that Metacontroller is running and that there is a DecoratorController virtual-service-merge; ${events}`;
    return { reason: 'NoStatus', message };
  }
  const accepted = mergeCondition(merge, 'Accepted');
  const found = mergeCondition(merge, 'TargetFound');
  if (merged.status === 'True' && !isMerged(merge)) {
    const message = `the status is about an earlier version of the merge; if that does not change, ${events}`;
    return { reason: 'NotObserved', message };
  }
  if (accepted?.status === 'False') return { reason: accepted.reason, message: merged.message };
  // It has the remedy.
  if (found?.status === 'False') return { reason: merged.reason, message: found.message };
  return { reason: merged.reason, message: merged.message };
}
