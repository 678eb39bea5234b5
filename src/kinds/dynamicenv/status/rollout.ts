import type { LifeCycle } from '../../../api/dynamicenv.ts';
import {
  type Deployment,
  isAvailable,
  isRolledOut,
  isRollingOut,
  rolloutFailure,
  wasRolledOut,
} from '../../../k8s/workload.ts';

/** A word for the status, and why. */
export interface Standing {
  status: LifeCycle;
  message?: string;
}

/** The life cycle of a Deployment whose status is about the wanted spec. `wasActive`: requests were routed to it. */
export function rollout(clone: Deployment, wasActive: boolean): Standing {
  const failure = rolloutFailure(clone);
  if (failure !== undefined) return { status: 'failed', message: failure };
  if (isRolledOut(clone)) return { status: 'running' };
  if (isAvailable(clone) || isRollingOut(clone)) return coming(clone, wasActive);
  if (!wasActive && !wasRolledOut(clone)) return { status: 'initializing' };
  return { status: 'failed', message: 'its pods were available and no longer are; see its events' };
}

/** New pods are starting: the first ones, or replacements. */
export function coming({ status }: Deployment, wasActive: boolean): Standing {
  const hasPods = (status?.availableReplicas ?? 0) > 0;
  return { status: wasActive || hasPods ? 'updating' : 'initializing' };
}
