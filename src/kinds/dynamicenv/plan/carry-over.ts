import { envId } from '../../../api/env-id.ts';
import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import { jsonEqual } from '../../../k8s/canonical.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';
import type { EnvContext } from '../context.ts';
import { sameObject } from '../observed.ts';
import { heldText, isUsable } from './held-hosts.ts';
import type { HostPlan } from './host-plan.ts';
import { cloneName } from './names.ts';
import { drainLeft, namesUsed, oldSubsets, withOldSubsets } from './old-subsets.ts';
import { arrivalLeft } from './subset-arrival.ts';
import { hasSameTarget, type TargetState } from './target-state.ts';

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
 * are grouped differently now. It also concerns a workload that changes between a clone and a version that exists already, or between two
 * of these: the routes wait until the new target is ready, too. If no route leads to the clone yet, the new subsets are used at once.
 */
export function carryOver(host: HostPlan, target: TargetState, context: EnvContext): HostPlan {
  const wanted = new Set(targetSubsets(host.injection.spec));
  const own = context.observed.injections.find((one) => sameObject(one, host.injection));
  const active = own?.spec.active === true ? own : undefined;
  const old = oldSubsets(host, wanted, context);
  const change = active === undefined ? undefined : changeOf(active, host.injection);
  if (old.size === 0 && change === undefined) return host;
  if (host.rules.length === 0) return withoutRules(host, target, active, context);
  const used = namesUsed(host, active, context);
  const rest = drainLeft(host, own, context);
  const kept = [...old.values()].filter(({ name }) => used.has(name) || rest > 0);
  const isEarly = kept.some(({ name }) => used.has(name)) && !target.isMarked;
  const rules = host.rules.map((rule) => withOldSubsets(rule, kept, isEarly, context));
  const isReady = change !== 'target' || target.isReady;
  const arrival = isEarly || !isReady ? undefined : changeLeft(host, active, context);
  const held = arrival === 0 ? undefined : heldInjection(host, change, active, rules, context);
  return {
    ...host,
    ...held,
    rules,
    ...(kept.length === 0 ? {} : { isCarried: true as const }),
    ...waitOf(held === undefined ? rest : arrival),
  };
}

/** A host without rules: its requests go to another Service, or the rules are missing. Then only the target before can be kept. */
function withoutRules(
  host: HostPlan,
  target: TargetState,
  active: RouteInjection | undefined,
  context: EnvContext,
): HostPlan {
  const isUsableNow = host.isRuleless === true && target.isReady;
  const arrival = isUsableNow ? (target.arrival ?? 0) : undefined;
  const isMoving = active !== undefined && changeOf(active, host.injection) === 'target';
  if (arrival === 0 || !isMoving) return host;
  return { ...host, ...heldInjection(host, 'target', active, [], context), ...waitOf(arrival) };
}

/** The injection with the targets that it has now, if its routes may stay there. */
function heldInjection(
  { injection }: HostPlan,
  change: Change | undefined,
  active: RouteInjection | undefined,
  rules: readonly DestinationRule[],
  { env, observed }: EnvContext,
): Pick<HostPlan, 'injection' | 'held'> | undefined {
  if (active === undefined || change === undefined) return undefined;
  const held = withTargetsOf(active, injection);
  if (change === 'subsets') return areTargetsIn(active, rules) ? { injection: held } : undefined;
  const clone = cloneName(active.spec.deployment.name, env.metadata.name);
  return isUsable(active, clone, observed)
    ? { injection: held, held: heldText(active.spec) }
    : undefined;
}

/** Seconds until the injection may name other subsets than it does; undefined: some rule lacks them still. */
function changeLeft(
  host: HostPlan,
  active: RouteInjection | undefined,
  { env, observed, config, now }: EnvContext,
): number | undefined {
  const { settleSeconds } = config;
  const isOfBefore = active !== undefined && active.spec.subset === envId(env.metadata.name);
  if (!isOfBefore) return arrivalLeft(host, { observed, config, now });
  const seconds = Math.max(settleSeconds, OVERLAP_SECONDS);
  const left = arrivalLeft(host, { observed, config: { settleSeconds: seconds }, now });
  return left === undefined ? undefined : Math.min(left, LOOK_SECONDS);
}

function waitOf(seconds = 0): Pick<HostPlan, 'wait'> {
  return seconds > 0 ? { wait: seconds } : {};
}

type Change = 'subsets' | 'target';

/** What has to change: the target, or only the subsets that select its pods. */
function changeOf({ spec: a }: RouteInjection, { spec: b }: RouteInjection): Change | undefined {
  if (!hasSameTarget(a, b)) return 'target';
  const isSame = a.subset === b.subset && jsonEqual(a.subsets ?? {}, b.subsets ?? {});
  return isSame ? undefined : 'subsets';
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
  { spec: { clone, subset, subsets, service } }: RouteInjection,
  wanted: RouteInjection,
): RouteInjection {
  const { subset: _subset, subsets: _subsets, service: _service, ...spec } = wanted.spec;
  return {
    ...wanted,
    spec: {
      ...spec,
      clone,
      ...(subset === undefined ? {} : { subset }),
      ...(subsets === undefined ? {} : { subsets }),
      ...(service === undefined ? {} : { service }),
    },
  };
}
