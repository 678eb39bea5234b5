import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import { jsonEqual } from '../../../k8s/canonical.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';
import type { EnvContext } from '../context.ts';
import { sameObject } from '../observed.ts';
import type { HostPlan } from './host-plan.ts';
import { drainLeft, namesUsed, oldSubsets, versionOf, withOldSubsets } from './old-subsets.ts';
import { arrivalLeft, isMarked } from './subset-arrival.ts';

/**
 * During an upgrade, replicas of the previous version may still answer, and would take the new subset out of a rule. So the rule
 * must stay unchanged for this long before a route that the previous version made is moved.
 */
const OVERLAP_SECONDS = 30;
/** Meanwhile each sync is asked for again after this time, so that such a replica shows itself. */
const LOOK_SECONDS = 5;

/**
 * Moves requests from one subset of the clone to another, so that the subset in use always has pods. Each stage begins when the one
 * before is seen to have ended:
 * 1. The clone's pods get the mark that the new subset asks for; all of them have it when the rollout is over.
 * 2. The rule has the new subset beside the old one; every proxy has the settle time to learn it, and longer in an upgrade.
 * 3. The injection, and with it the routes, name the new subset.
 * 4. No route has named the old subset for the drain time: it leaves the rule.
 * This concerns clones that the previous version made, whose subset had the env's name, and clones of a base whose traffic policies
 * are grouped differently now. If no route leads to the clone yet, the new subsets are used at once.
 */
export function carryOver(
  host: HostPlan,
  clone: Deployment | undefined,
  context: EnvContext,
): HostPlan {
  const wanted = new Set(targetSubsets(host.injection.spec));
  const own = context.observed.injections.find((one) => sameObject(one, host.injection));
  const active = own?.spec.active === true ? own : undefined;
  const old = oldSubsets(host, wanted, context);
  const isChanging = active !== undefined && !hasSameTargets(active, host.injection);
  if ((old.size === 0 && !isChanging) || host.rules.length === 0) return host;
  const used = namesUsed(host, active, context);
  const rest = drainLeft(host, own, context);
  const kept = [...old.values()].filter(({ name }) => used.has(name) || rest > 0);
  const isEarly = kept.some(({ name }) => used.has(name)) && !isMarked(clone);
  const rules = host.rules.map((rule) => withOldSubsets(rule, kept, isEarly, context));
  const arrival = isEarly ? undefined : changeLeft(host, active, context);
  const held =
    isChanging && arrival !== 0 && areTargetsIn(active, rules)
      ? withTargetsOf(active, host.injection)
      : null;
  return {
    ...host,
    rules,
    injection: held ?? host.injection,
    ...(kept.length === 0 ? {} : { isCarried: true as const }),
    ...waitOf(held === null ? rest : arrival),
  };
}

/** Seconds until the injection may name other subsets than it does; undefined: some rule lacks them still. */
function changeLeft(
  host: HostPlan,
  active: RouteInjection | undefined,
  { observed, config, now }: EnvContext,
): number | undefined {
  const { settleSeconds, versionLabel } = config;
  const isOfBefore = active !== undefined && active.spec.subset === versionOf(host, versionLabel);
  if (!isOfBefore) return arrivalLeft(host, { observed, config, now });
  const seconds = Math.max(settleSeconds, OVERLAP_SECONDS);
  const left = arrivalLeft(host, { observed, config: { settleSeconds: seconds }, now });
  return left === undefined ? undefined : Math.min(left, LOOK_SECONDS);
}

function waitOf(seconds = 0): Pick<HostPlan, 'wait'> {
  return seconds > 0 ? { wait: seconds } : {};
}

/** The rule that is there. One that somebody edited so that nothing can be made of it is made anew. */
function hasSameTargets({ spec: a }: RouteInjection, { spec: b }: RouteInjection): boolean {
  return a.subset === b.subset && jsonEqual(a.subsets ?? {}, b.subsets ?? {});
}

/** Does every one of these rules define all subsets that the injection leads to? */
function areTargetsIn({ spec }: RouteInjection, rules: readonly DestinationRule[]): boolean {
  const names = targetSubsets(spec);
  return (
    names.length > 0 &&
    rules.every((rule) =>
      names.every((name) => rule.spec.subsets?.some((subset) => subset.name === name)),
    )
  );
}

/** The wanted injection, but leading to the subsets of the present one. */
function withTargetsOf(
  { spec: { subset = '', subsets } }: RouteInjection,
  wanted: RouteInjection,
): RouteInjection {
  const { subsets: _subsets, ...spec } = wanted.spec;
  return {
    ...wanted,
    spec: { ...spec, subset, ...(subsets === undefined ? {} : { subsets }) },
  };
}
