import { isTrue } from '../../api/marks.ts';
import { LEAVING_ANNOTATION } from '../../api/virtualenvironment.ts';
import type { Workload } from './types.ts';

/**
 * Does the workload have a ready pod, and keep one? The condition `Available` is not used: StatefulSets have none, and a Deployment
 * may be Available without a pod. A status of an earlier spec counts, too: at each change of the spec there is one for a moment, and
 * its pods are there.
 */
export function isReady({ spec, status }: Workload): boolean {
  return (spec?.replicas ?? 1) > 0 && (status?.readyReplicas ?? 0) >= 1;
}

/**
 * Do all of its pods have the labels of its current template, as far as its controller has seen it? Pods of an earlier template
 * count as ready, too, and may have another version.
 */
export function isRolledOut({ metadata, spec, status }: Workload): boolean {
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return false;
  const replicas = Math.max(spec?.replicas ?? 1, status?.replicas ?? 0);
  return (status?.updatedReplicas ?? 0) >= replicas;
}

/** Does the workload announce that its pods are about to go, or is it being deleted? */
export function isLeaving({ metadata }: Workload): boolean {
  return (
    isTrue(metadata.annotations?.[LEAVING_ANNOTATION]) || metadata.deletionTimestamp !== undefined
  );
}
