import type { RouteInjection } from '../../../api/routeinjection.ts';
import { unreadableOf } from '../../../api/unreadable.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { matchesProblem } from '../../../virtualservice/injections/pair-problem.ts';
import {
  allChildren,
  baseKeyOf,
  childKey,
  hostOf,
  keep,
  type Observed,
  sameObject,
} from '../observed.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';
import { activation } from './activation.ts';
import { ledTo } from './by-base.ts';
import { repaired } from './repair.ts';
import {
  type Leaving,
  type RetirementContext,
  retireDeployment,
  retireInjection,
  retireRule,
} from './retirement.ts';

export interface Children {
  children: KubeObject[];
  /** Seconds until something may be due. */
  waits: number[];
  /** `kind namespace/name` of every child on its way out. */
  leaving: ReadonlySet<string>;
}

/** Everything the env is to own now: what its plans want, and what is still on its way out. */
export function decideChildren(
  plans: readonly WorkloadPlan[],
  context: RetirementContext & { settleSeconds: number },
): Children {
  const wanted = plans.map((plan) => wantedOf(plan, context));
  const staying = wanted.flatMap(({ children }) => children);
  const led = [...leavingDeployments(plans, context), ...leavingRules(plans, context)];
  const draining = led.flatMap(({ leave }) => leave.child ?? []);
  const all = [...led, ...leavingInjections(plans, draining, context)];
  const observed = new Map(allChildren(context.observed).map((child) => [childKey(child), child]));
  return {
    children: [
      ...staying,
      ...all.flatMap(({ leave }) => (leave.child === undefined ? [] : [leave.child])),
    ].map((child) => repaired(child, observed.get(childKey(child)))),
    waits: [
      ...wanted.flatMap(({ waits }) => waits),
      ...all.flatMap(({ leave }) => leave.wait ?? []),
    ],
    leaving: new Set(all.map(({ key }) => key)),
  };
}

function wantedOf(
  plan: WorkloadPlan,
  context: RetirementContext & { settleSeconds: number },
): { children: KubeObject[]; waits: number[] } {
  const clone = plan.deployment === undefined || plan.recreate ? [] : [plan.deployment];
  const hosts = plan.hosts.map((host) => {
    const { active, wait } = activation(plan, host, context.observed, context);
    return {
      children: [...host.rules, injectionOf(host, active)],
      waits: [wait, host.wait].filter((one) => one !== undefined),
    };
  });
  return {
    children: [...clone, ...hosts.flatMap(({ children }) => children)],
    waits: hosts.flatMap(({ waits }) => waits),
  };
}

function injectionOf({ injection }: HostPlan, active: boolean): RouteInjection {
  return { ...injection, spec: { ...injection.spec, active } };
}

interface Exit {
  key: string;
  leave: Leaving;
}

function leavingDeployments(plans: readonly WorkloadPlan[], context: RetirementContext): Exit[] {
  return context.observed.deployments
    .filter((clone) => !plans.some((plan) => !plan.recreate && isFor(plan.deployment, clone)))
    .map((clone) => ({ key: childKey(clone), leave: retireDeployment(clone, context) }));
}

function isFor(wanted: KubeObject | undefined, observed: KubeObject): boolean {
  return wanted !== undefined && sameObject(wanted, observed);
}

function leavingRules(plans: readonly WorkloadPlan[], context: RetirementContext): Exit[] {
  const hosts = plans.flatMap((plan) => plan.hosts.map((host) => ({ plan, host })));
  const wanted = new Set(hosts.flatMap(({ host }) => host.rules.map(childKey)));
  const present = new Set(context.observed.rules.map(childKey));
  return context.observed.rules
    .filter((rule) => !wanted.has(childKey(rule)))
    .map((rule) => {
      const same = hosts.find(
        ({ plan, host }) => plan.key === baseKeyOf(rule) && host.host === hostOf(rule),
      );
      const hasReplacement = same?.host.rules.some((own) => present.has(childKey(own))) ?? false;
      const isBarred = same?.host.harmful.some((own) => sameObject(own, rule)) ?? false;
      const isHarmful = isBarred || context.harmful.has(childKey(rule));
      return { key: childKey(rule), leave: retireRule(rule, hasReplacement || isHarmful, context) };
    });
}

/** `draining`: what still has to stay of the clones and rules that leave. */
function leavingInjections(
  plans: readonly WorkloadPlan[],
  draining: readonly KubeObject[],
  context: RetirementContext,
): Exit[] {
  const wanted = new Set(plans.flatMap(({ hosts }) => hosts.map((one) => childKey(one.injection))));
  const isNeeded = ledTo(draining);
  return context.observed.injections
    .filter((injection) => !wanted.has(childKey(injection)))
    .map((injection) => ({
      key: childKey(injection),
      leave: retireInjection(injection, isNeeded(injection), context),
    }));
}

/** What another version of this system must have made, as it is, while the env lives. */
export function keptStrange({ strange = [] }: Observed): KubeObject[] {
  return strange.map((child) => repaired(keep<KubeObject>(child), child));
}

/**
 * All children as they are, but those that harm others: the answer when nothing can be decided. An injection whose routes no
 * proxy may get (one made by a version before, which asked less) asks for none any more. They may be of any shape.
 */
export function keepAll(observed: Observed, harmful: ReadonlySet<string>): KubeObject[] {
  const kept = allChildren(observed).filter((child) => !harmful.has(childKey(child)));
  return kept.map((child) => repaired(withdrawn(keep<KubeObject>(child), child), child));
}

function withdrawn(kept: KubeObject, child: KubeObject): KubeObject {
  if (child.kind !== 'RouteInjection') return kept;
  const { spec } = kept as RouteInjection;
  // Nobody renders one that cannot be read.
  const all = [kept as RouteInjection, child as RouteInjection].filter(
    (one) => unreadableOf(one.kind, one) === undefined,
  );
  if (all.every((one) => matchesProblem(one.spec.matches) === undefined)) return kept;
  return { ...kept, spec: { ...spec, active: false } } as RouteInjection;
}
