import type { DynamicEnv, UnclonedWorkload } from '../../../api/dynamicenv.ts';
import { DRAINING_ANNOTATION } from '../../../api/marks.ts';
import { isLeaving } from '../../../api/routeinjection.ts';
import type { EnvContext } from '../context.ts';
import { injectionsOf } from '../lifecycle/by-base.ts';
import { cloneState } from '../plan/target-state.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';
import { guardOf } from './guard.ts';
import { withHeldClones } from './moving.ts';

/** The plans of an env whose configuration makes clones, and whether its routes may come. */
export interface Standing {
  /** What is not in it leaves. */
  plans: readonly WorkloadPlan[];
  /** Workloads that cannot be cloned now. */
  blocked: readonly UnclonedWorkload[];
  /** `<namespace>/<name>` of the bases whose clones leave, though they are to come back. */
  returning: readonly string[];
  /** May injections that are not active become active? */
  mayBegin: boolean;
}

/**
 * What the plans are to be, if nobody is to be harmed. A derived subset has rules and injections at once, since by the injections
 * its VirtualServices are found. It gets a clone when all its hosts are seen to be guarded. A clone whose host loses its guard is not
 * wanted any more, and must have left before it may come back. `blocked`: what is known to be blocked without plans.
 */
export function standing(
  plans: readonly WorkloadPlan[],
  blocked: readonly UnclonedWorkload[],
  context: EnvContext,
): Standing {
  const { env } = context;
  const judged = plans.map((plan) => judgeAny(plan, context));
  const staying = judged.flatMap(({ plan }) => plan ?? []);
  const all = [...blocked, ...judged.flatMap(({ blocked: one }) => one ?? [])];
  const returning = judged.flatMap(({ isReturning }, index) =>
    isReturning ? (plans[index]?.key ?? []) : [],
  );
  const isHeldUp = all.length > 0 && env.spec.allowPartial !== true;
  return {
    plans: withHeldClones(staying, isHeldUp, context),
    blocked: all,
    returning,
    mayBegin: !isHeldUp && returning.length === 0 && areAllAvailable(staying, env, context),
  };
}

interface Judged {
  plan?: WorkloadPlan;
  blocked?: UnclonedWorkload;
  isReturning?: true;
}

function judgeAny(plan: WorkloadPlan, context: EnvContext): Judged {
  if (!plan.isDerived) return { plan };
  if (!plan.isLeaver) return judge(plan, context);
  return mayStay(plan, context) ? { plan } : {};
}

/** What is to go anyway is nobody's problem when it cannot stay. */
function mayStay(plan: WorkloadPlan, context: EnvContext): boolean {
  const { deployment, kind, hosts } = plan;
  if (deployment === undefined || isLeavingNow(plan, context)) return false;
  return kind === 'consumer' || (hosts.length > 0 && guardOf(hosts, context).is !== 'unguarded');
}

function judge(plan: WorkloadPlan, context: EnvContext): Judged {
  const hasClone = plan.observed !== undefined;
  const block = (message: string) => ({ workload: `Deployment ${plan.key}`, message });
  const problems = plan.problems.map(({ message }) => message);
  if (plan.deployment === undefined) return { blocked: block(problems.join('; ')) };
  const isGoing = hasClone && isLeavingNow(plan, context);
  if (plan.kind === 'consumer') return isGoing ? { isReturning: true } : { plan };
  if (plan.hosts.length === 0) return { blocked: block(problems.join('; ')) };
  const guard = guardOf(plan.hosts, context);
  if (guard.is === 'unguarded') {
    const blocked = block(guard.message);
    return hasClone ? { blocked } : { blocked, plan: withoutClone(plan, 'blocked') };
  }
  if (isGoing) return { isReturning: true };
  if (hasClone || guard.is === 'guarded') return { plan };
  return { plan: withoutClone(plan, 'looking', guard.wait) };
}

/** Has the removal of the clone begun? */
function isLeavingNow({ key, observed: clone }: WorkloadPlan, { observed }: EnvContext): boolean {
  return (
    clone?.metadata.annotations?.[DRAINING_ANNOTATION] !== undefined ||
    injectionsOf(key, observed).some(isLeaving)
  );
}

function withoutClone(
  { deployment: _deployment, hosts, ...plan }: WorkloadPlan,
  withheld: 'blocked' | 'looking',
  wait?: number,
): WorkloadPlan {
  const waiting = wait === undefined ? {} : { wait };
  return { ...plan, withheld, hosts: hosts.map((host) => ({ ...host, ...waiting })) };
}

/** Requests of an env with a scope must not meet some clones and, where a clone is still to come, the shared configuration. */
function areAllAvailable(
  plans: readonly WorkloadPlan[],
  { spec: { scope = [] } }: Pick<DynamicEnv, 'spec'>,
  { observed }: EnvContext,
): boolean {
  return (
    scope.length === 0 ||
    plans
      .filter(({ isDerived, isLeaver, kind, withheld }) => {
        return isDerived && !isLeaver && kind === 'subset' && withheld !== 'blocked';
      })
      .every(
        (plan) =>
          injectionsOf(plan.key, observed).some(({ spec }) => spec.active) ||
          (plan.withheld === undefined && cloneState(plan.observed, plan.recreate).isReady),
      )
  );
}
