import { LEAVING_ANNOTATION } from '../../api/virtualenvironment.ts';
import type { Workload } from './types.ts';

/**
 * Does the workload have a ready pod, as far as its controller has seen its current spec? The condition `Available` is
 * not used: StatefulSets have none, and a Deployment may be Available without a pod.
 */
export function isReady({ metadata, status }: Workload): boolean {
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return isObserved && (status?.readyReplicas ?? 0) >= 1;
}

/**
 * Do all of its pods have the labels of its current template? Pods of an earlier template count as ready, too, and may
 * have another version.
 */
export function isRolledOut({ spec, status }: Workload): boolean {
  const replicas = Math.max(spec?.replicas ?? 1, status?.replicas ?? 0);
  return (status?.updatedReplicas ?? 0) >= replicas;
}

/** Does the workload announce that its pods are about to go, or is it being deleted? */
export function isLeaving({ metadata }: Workload): boolean {
  return (
    metadata.annotations?.[LEAVING_ANNOTATION] === 'true' ||
    metadata.deletionTimestamp !== undefined
  );
}
