import type { ResourceStatus } from '../../../api/dynamicenv.ts';
import { SPEC_ANNOTATION } from '../../../api/marks.ts';
import { type Deployment, isObserved, rolloutFailure } from '../../../k8s/workload.ts';
import { injectionsOf } from '../lifecycle/by-base.ts';
import { childKey, isBeingDeleted } from '../observed.ts';
import { isMarked } from '../plan/subset-arrival.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';
import { wasReady } from './conditions.ts';
import type { StatusContext } from './context.ts';
import { coming, rollout, type Standing } from './rollout.ts';

const LOOKING = 'it is created when all VirtualServices that route to its base are seen';

/**
 * The clone's life cycle, from what the cluster shows. Its message is the plan's warnings, unless there is something worse to
 * say.
 */
export function deploymentStatus(plan: WorkloadPlan, context: StatusContext): ResourceStatus {
  const { status, message = plan.warnings?.join('; ') } = lifeCycle(plan, context);
  return {
    name: plan.cloneName,
    namespace: plan.workload.namespace,
    status,
    ...(message === undefined ? {} : { message }),
  };
}

function lifeCycle(plan: WorkloadPlan, context: StatusContext): Standing {
  const { departing } = context;
  const clone = plan.observed;
  if (clone === undefined) {
    if (plan.withheld !== undefined) return { status: 'initializing', message: LOOKING };
    return { status: plan.deployment === undefined ? 'missing' : 'initializing' };
  }
  if (isBeingDeleted(clone) || departing.has(childKey(clone))) return { status: 'removing' };
  if (isServedMeanwhile(plan, clone, context)) return { status: 'running' };
  const { observed } = context;
  const wasActive = injectionsOf(plan.key, observed).some(({ spec }) => spec.active);
  if (!isApplied(plan, clone) || !isObserved(clone)) return coming(clone, wasActive);
  return rollout(clone, wasActive);
}

/**
 * A clone that the previous version made is rolled out only to get the mark of its new subset; enough pods answer all the time, so it
 * counts as running. This is only so if the env was `Ready` with its present spec.
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

/** Has the wanted spec been written? Until then the observed status is about an older one. */
function isApplied({ deployment }: WorkloadPlan, clone: Deployment): boolean {
  const wanted = deployment?.metadata.annotations?.[SPEC_ANNOTATION];
  return clone.metadata.annotations?.[SPEC_ANNOTATION] === wanted;
}
