import { CONFIGURATION_ANNOTATION } from '../../../api/marks.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import { injectionsOf } from '../lifecycle/by-base.ts';
import { keep, type Observed } from '../observed.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';

/**
 * When the configuration of an env changes while its requests are routed, those clones come first that it did not need before. The
 * others keep the configuration that they have until then, and their pods restart together. `isHeldUp`: the routes of newcomers may not
 * come at all now. A clone without requests changes at once: it may be the one that a wrong value keeps from starting.
 */
export function withHeldClones(
  plans: readonly WorkloadPlan[],
  isHeldUp: boolean,
  observed: Observed,
): WorkloadPlan[] {
  const isActive = ({ key }: WorkloadPlan) =>
    injectionsOf(key, observed).some(({ spec }) => spec.active);
  const isServing = plans.some(isActive);
  const newcomers = plans.filter(
    (plan) =>
      plan.isDerived && plan.kind === 'subset' && plan.withheld !== 'blocked' && !isActive(plan),
  );
  if (!isServing || (newcomers.length === 0 && !isHeldUp)) return [...plans];
  const until = isHeldUp
    ? 'nothing is blocked any more (see status.configuration.blocked)'
    : `the new clones have their routes: ${namesOf(newcomers)}`;
  return plans.map((plan) => {
    const isInUse = isActive(plan) || plan.kind === 'consumer';
    return isInUse ? (held(plan, until) ?? plan) : plan;
  });
}

/** Undefined: the clone has the configuration that is wanted. */
function held(plan: WorkloadPlan, until: string): WorkloadPlan | undefined {
  const { deployment, observed, recreate, warnings = [] } = plan;
  if (deployment === undefined || observed === undefined || recreate) return undefined;
  if (configurationOf(deployment) === configurationOf(observed)) return undefined;
  const warning = `it keeps the configuration that it has until ${until}`;
  return { ...plan, deployment: keep(observed), warnings: [...warnings, warning] };
}

function configurationOf({ metadata }: Deployment): string | undefined {
  return metadata.annotations?.[CONFIGURATION_ANNOTATION];
}

/** At most this many are named; the others are counted. */
const MAX_NAMED = 3;

function namesOf(plans: readonly WorkloadPlan[]): string {
  const names = plans.slice(0, MAX_NAMED).map(({ key }) => key);
  const more = plans.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
