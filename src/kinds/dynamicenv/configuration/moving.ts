import { CONFIGURATION_ANNOTATION } from '../../../api/marks.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import type { EnvContext } from '../context.ts';
import { injectionsOf } from '../lifecycle/by-base.ts';
import { planWorkload, type WorkloadPlan } from '../plan/workload-plan.ts';
import { configurationIn } from './kept-configuration.ts';

/**
 * When the configuration of an env changes while its requests are routed, those clones come first that it did not need before. The
 * others keep the configuration that they have until then (their images and all else follow), and their pods restart together; what it does not need any more goes then,
 * too. `isHeldUp`: the routes of newcomers may not come at all now. A clone without requests changes at once: it may be the one that a
 * wrong value keeps from starting.
 */
export function withHeldClones(
  plans: readonly WorkloadPlan[],
  isHeldUp: boolean,
  context: EnvContext,
): WorkloadPlan[] {
  const isActive = ({ key }: WorkloadPlan) =>
    injectionsOf(key, context.observed).some(({ spec }) => spec.active);
  const isServing = plans.some(isActive);
  const newcomers = plans.filter((plan) => isNewcomer(plan) && !isActive(plan));
  if (!isServing || (newcomers.length === 0 && !isHeldUp)) {
    return plans.filter(({ isLeaver }) => !isLeaver);
  }
  const until = isHeldUp
    ? 'nothing is blocked any more (see status.configuration.blocked)'
    : `the new clones have their routes: ${namesOf(newcomers)}`;
  return plans.flatMap((plan) => {
    const isInUse = isActive(plan) || plan.kind === 'consumer';
    const stays = isInUse ? held(plan, until, context) : undefined;
    return stays ?? (plan.isLeaver ? [] : plan);
  });
}

function isNewcomer({ isDerived, isLeaver, kind, withheld }: WorkloadPlan): boolean {
  return isDerived === true && !isLeaver && kind === 'subset' && withheld !== 'blocked';
}

/** Undefined: the clone has the configuration that is wanted, or cannot stay. */
function held(plan: WorkloadPlan, until: string, context: EnvContext): WorkloadPlan | undefined {
  const { deployment, observed, recreate, workload } = plan;
  if (deployment === undefined || observed === undefined || recreate) return undefined;
  if (configurationOf(deployment) === configurationOf(observed)) return undefined;
  const base = context.view.deployment(workload.namespace, workload.name);
  const { kind, key, isDerived, isLeaver } = plan;
  const entry = {
    kind,
    workload,
    key,
    ...(isDerived && { isDerived }),
    ...(isLeaver && { isLeaver }),
    ...(base && { overlay: configurationIn(observed, base) }),
  };
  const stays = planWorkload(entry, context);
  const warning = `it keeps the configuration that it has until ${until}`;
  return { ...stays, warnings: [...(stays.warnings ?? []), warning] };
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
