import type { EnvContext } from '../context.ts';
import { injectionBaseKey } from '../observed.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';

/**
 * The workloads in the order in which an entry names one. The spec's own come first. Those that the configuration makes come and go: the
 * one that the entries name stays first, so that they are not written again.
 */
export function entryWorkloads(
  plans: readonly WorkloadPlan[],
  { observed }: Pick<EnvContext, 'observed'>,
): readonly WorkloadPlan[] {
  if (plans[0]?.isDerived !== true) return plans;
  const named = observed.injections.find(({ spec }) => spec.entry !== undefined);
  const key = named && injectionBaseKey(named);
  return [...plans.filter((plan) => plan.key === key), ...plans.filter((plan) => plan.key !== key)];
}
