import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { injectionBaseKey, isBeingDeleted, type Observed, sameObject } from '../observed.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import { arrivalLeft } from '../plan/subset-arrival.ts';
import { cloneState, hasSameTarget } from '../plan/target-state.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';

export interface Activation {
  active: boolean;
  /** Seconds until the next look; absent: something else must happen first. */
  wait?: number;
}

/**
 * May requests be routed to the clone, or to the version that exists already? Only when its pods are available and every proxy has had time to learn its
 * subset. An active injection stays active while Deployment and DestinationRule exist: if the clone crashes later, the status says
 * so, and its requests do not silently go to the base.
 */
export function activation(
  plan: WorkloadPlan,
  host: HostPlan,
  observed: Observed,
  settings: { settleSeconds: number; now: Date },
): Activation {
  if (host.held !== undefined) return { active: true };
  const state = plan.existing?.state ?? cloneState(plan.observed, plan.recreate);
  const rules = host.rules.map((rule) => observed.rules.find((own) => sameObject(own, rule)));
  const present = rules.filter((rule) => rule !== undefined && !isBeingDeleted(rule));
  const isKnown = host.isRuleless === true || present.length > 0;
  if (plan.kind !== 'subset' || !state.isThere || !isKnown) return { active: false };
  if (isActive(host.injection, observed)) return { active: true };
  if (!state.isReady) return { active: false };
  const wait = host.isRuleless
    ? (state.arrival ?? 0)
    : arrivalLeft(host, { observed, config: settings, now: settings.now });
  if (wait === undefined) return { active: false };
  return wait > 0 ? { active: false, wait } : { active: true };
}

/** Is the injection active, wherever it leads? */
export function isAskedFor(injection: RouteInjection, observed: Observed): boolean {
  return observed.injections.some((own) => sameObject(own, injection) && own.spec.active);
}

function isActive(injection: RouteInjection, observed: Observed): boolean {
  return observed.injections.some(
    (own) =>
      sameObject(own, injection) && own.spec.active && hasSameTarget(own.spec, injection.spec),
  );
}

/**
 * The entries, active from the time when each subset has an active injection. A subset that is added later does not take the entries
 * away, but without any active injection they would only set headers that lead nowhere.
 */
export function activeEntries(
  entries: readonly RouteInjection[],
  plans: readonly WorkloadPlan[],
  children: readonly KubeObject[],
  { observed }: { observed: Observed },
  mayBegin = true,
): RouteInjection[] {
  const active = new Set(
    children.flatMap((child) => {
      const { spec } = child as RouteInjection;
      return child.kind === 'RouteInjection' && spec.active
        ? injectionBaseKey(child as RouteInjection)
        : [];
    }),
  );
  const subsets = plans.filter(({ kind, withheld }) => kind === 'subset' && withheld !== 'blocked');
  const isComplete = mayBegin && subsets.every(({ key }) => active.has(key));
  return entries.map((entry) => {
    const isKept = active.size > 0 && isAskedFor(entry, observed);
    return { ...entry, spec: { ...entry.spec, active: isComplete || isKept } };
  });
}
