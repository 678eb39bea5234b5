import type { LifeCycle, ResourceStatus } from '../../api/dynamicenv.ts';
import { isAvailable, isRolledOut, rolloutFailure } from '../../k8s/workload.ts';
import { childKey } from '../children.ts';
import { isBeingDeleted } from '../observed.ts';
import type { WorkloadPlan } from '../workload-plan.ts';
import type { StatusContext } from './context.ts';

/** The clone's life-cycle word, from what the cluster shows. */
export function deploymentStatus(plan: WorkloadPlan, context: StatusContext): ResourceStatus {
  const { status, message } = lifeCycle(plan, context);
  return {
    name: plan.cloneName,
    namespace: plan.workload.namespace,
    status,
    ...(message === undefined ? {} : { message }),
  };
}

function lifeCycle(
  plan: WorkloadPlan,
  { leaving, observed }: StatusContext,
): { status: LifeCycle; message?: string } {
  const clone = plan.observed;
  if (clone === undefined) {
    return { status: plan.deployment === undefined ? 'missing' : 'initializing' };
  }
  if (isBeingDeleted(clone) || leaving.has(childKey(clone))) return { status: 'removing' };
  const failure = rolloutFailure(clone);
  if (failure !== undefined) return { status: 'failed', message: failure };
  if (isRolledOut(clone)) return { status: 'running' };
  if (isAvailable(clone)) return { status: 'updating' };
  const wasActive = observed.injections.some(
    ({ spec }) => spec.active && spec.clone === plan.cloneName,
  );
  if (!wasActive) return { status: 'initializing' };
  return { status: 'failed', message: 'its pods were available and no longer are; see its events' };
}
