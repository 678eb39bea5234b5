import type { LifeCycle, ResourceStatus } from '../../../api/dynamicenv.ts';
import { SPEC_ANNOTATION } from '../../../api/marks.ts';
import {
  type Deployment,
  isAvailable,
  isObserved,
  isRolledOut,
  isRollingOut,
  rolloutFailure,
  wasRolledOut,
} from '../../../k8s/workload.ts';
import { childKey, injectionBaseKey, isBeingDeleted } from '../observed.ts';
import { isMarked } from '../plan/subset-arrival.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';
import { wasReady } from './conditions.ts';
import type { StatusContext } from './context.ts';

/** The clone's life-cycle word, from what the cluster shows; with what may surprise, where nothing else is to be said. */
export function deploymentStatus(plan: WorkloadPlan, context: StatusContext): ResourceStatus {
  const { status, message = plan.warnings?.join('; ') } = lifeCycle(plan, context);
  return {
    name: plan.cloneName,
    namespace: plan.workload.namespace,
    status,
    ...(message === undefined ? {} : { message }),
  };
}

interface Standing {
  status: LifeCycle;
  message?: string;
}

function lifeCycle(plan: WorkloadPlan, context: StatusContext): Standing {
  const { departing } = context;
  const clone = plan.observed;
  if (clone === undefined) {
    return { status: plan.deployment === undefined ? 'missing' : 'initializing' };
  }
  if (isBeingDeleted(clone) || departing.has(childKey(clone))) return { status: 'removing' };
  if (isServedMeanwhile(plan, clone, context)) return { status: 'running' };
  const { observed } = context;
  const wasActive = observed.injections.some(
    (own) => own.spec.active && injectionBaseKey(own) === plan.key,
  );
  if (!isApplied(plan, clone) || !isObserved(clone)) return coming(clone, wasActive);
  return rollout(clone, wasActive);
}

/**
 * A clone of the version before gets the mark of its new subset, and nothing else is new: pods answer all the time. An env whose
 * present spec has not been `Ready` is told as ever.
 */
function isServedMeanwhile(plan: WorkloadPlan, clone: Deployment, context: StatusContext): boolean {
  return (
    plan.hosts.some(({ isCarried }) => isCarried) &&
    !isMarked(clone) &&
    (clone.status?.availableReplicas ?? 0) > 0 &&
    rolloutFailure(clone) === undefined &&
    wasReady(context)
  );
}

/** Where a clone stands whose status is about the spec that is wanted. */
function rollout(clone: Deployment, wasActive: boolean): Standing {
  const failure = rolloutFailure(clone);
  if (failure !== undefined) return { status: 'failed', message: failure };
  if (isRolledOut(clone)) return { status: 'running' };
  if (isAvailable(clone) || isRollingOut(clone)) return coming(clone, wasActive);
  if (!wasActive && !wasRolledOut(clone)) return { status: 'initializing' };
  return { status: 'failed', message: 'its pods were available and no longer are; see its events' };
}

/** New pods are on their way: the first ones, or others in place of these. */
function coming({ status }: Deployment, wasActive: boolean): Standing {
  const hasPods = (status?.availableReplicas ?? 0) > 0;
  return { status: wasActive || hasPods ? 'updating' : 'initializing' };
}

/** Has the spec that is wanted now been written? Until then what is observed says nothing about it. */
function isApplied({ deployment }: WorkloadPlan, clone: Deployment): boolean {
  const wanted = deployment?.metadata.annotations?.[SPEC_ANNOTATION];
  return clone.metadata.annotations?.[SPEC_ANNOTATION] === wanted;
}
