import type { ResourceStatus } from '../../../api/dynamicenv.ts';
import { isObserved } from '../../../k8s/workload.ts';
import { injectionBaseKey } from '../observed.ts';
import { hasSameTarget } from '../plan/target-state.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';
import type { StatusContext } from './context.ts';
import { coming, rollout, type Standing } from './rollout.ts';

/** The life cycle of a version that exists already; undefined: the workload is cloned. */
export function existingStatus(
  plan: WorkloadPlan,
  context: StatusContext,
): ResourceStatus | undefined {
  if (plan.existing === undefined) return undefined;
  const { status, message = plan.warnings?.join('; ') } = standing(plan, plan.existing, context);
  const { namespace } = plan.workload;
  return { name: plan.cloneName, namespace, status, ...(message === undefined ? {} : { message }) };
}

/** Nobody knows whether the pods behind a Service are ready. */
function standing(
  plan: WorkloadPlan,
  { trouble, isGone, deployment }: NonNullable<WorkloadPlan['existing']>,
  { observed }: StatusContext,
): Standing {
  if (trouble !== undefined) return { status: isGone ? 'missing' : 'failed', message: trouble };
  if (deployment === undefined) return { status: 'running' };
  const wasActive = observed.injections.some(
    (own) =>
      own.spec.active &&
      injectionBaseKey(own) === plan.key &&
      hasSameTarget(own.spec, { clone: plan.cloneName }),
  );
  return isObserved(deployment) ? rollout(deployment, wasActive) : coming(deployment, wasActive);
}
