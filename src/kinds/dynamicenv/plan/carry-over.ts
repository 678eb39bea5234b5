import { CLONE_LABEL } from '../../../api/marks.ts';
import type { RouteInjection } from '../../../api/routeinjection.ts';
import { unreadableOf } from '../../../api/unreadable.ts';
import { affectedHosts } from '../../../istio/route-kinds.ts';
import type { DestinationRule, Subset } from '../../../istio/types.ts';
import { jsonEqual } from '../../../k8s/canonical.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import { type Deployment, isRolledOut } from '../../../k8s/workload.ts';
import { lastWritten } from '../../../k8s/written.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';
import { isBeingDeleted, type Observed, sameObject } from '../observed.ts';
import type { DecisionConfig } from '../settings.ts';
import type { HostPlan } from './host-plan.ts';
import { ownerOf, routesOn } from './routes-seen.ts';

/**
 * Replicas of the version before may answer, too, while they are replaced, and would take the new subset out of a rule: the rule
 * has to stay as it is for so many seconds before a route of the version before is moved,
 */
const OVERLAP_SECONDS = 30;
/** and all that time they get the chance to, so often. */
const LOOK_SECONDS = 5;

interface CarryContext {
  view: MeshView;
  observed: Observed;
  config: DecisionConfig;
  now: Date;
}

/**
 * Requests that are led to one subset are led to another without a moment in which theirs has no pods: each stage begins when the
 * one before is seen to have ended.
 * 1. The clone's pods get the mark that the new subset asks for; all of them have it when the rollout is over.
 * 2. The rule has the new subset beside the old one; every proxy has the settle time to learn it, and longer in an upgrade.
 * 3. The injection, and with it the routes, name the new subset.
 * 4. No route names the old one any more, for the drain time: it leaves the rule.
 * So clones of the version before are carried over, whose subset had the env's name, and a clone whose base's traffic policies
 * are grouped anew. Nothing is kept back where nothing is led anywhere yet.
 */
export function carryOver(
  host: HostPlan,
  clone: Deployment | undefined,
  context: CarryContext,
): HostPlan {
  const wanted = new Set(targetSubsets(host.injection.spec));
  const own = context.observed.injections.find((one) => sameObject(one, host.injection));
  const active = own?.spec.active === true ? own : undefined;
  const old = oldSubsets(host, wanted, context);
  const isChanging = active !== undefined && !isLedAlike(active, host.injection);
  if ((old.size === 0 && !isChanging) || host.rules.length === 0) return host;
  const used = namesUsed(host, active, context);
  const rest = drainLeft(host, own, context);
  const kept = [...old.values()].filter(({ name }) => used.has(name) || rest > 0);
  const isEarly = kept.some(({ name }) => used.has(name)) && !isMarked(clone);
  const rules = host.rules.map((rule) => withOld(rule, kept, isEarly, context));
  const arrival = isEarly ? undefined : changeLeft(host, active, context);
  const held =
    isChanging && arrival !== 0 && leadsWithin(active, rules)
      ? ledAs(host.injection, active)
      : null;
  return {
    ...host,
    rules,
    injection: held ?? host.injection,
    ...(kept.length === 0 ? {} : { isCarried: true as const }),
    ...waitOf(held === null ? rest : arrival),
  };
}

/** Seconds until the injection may name other subsets than it does. */
function changeLeft(
  host: HostPlan,
  active: RouteInjection | undefined,
  { observed, config, now }: CarryContext,
): number | undefined {
  const { settleSeconds, versionLabel } = config;
  const isOfBefore = active !== undefined && active.spec.subset === versionOf(host, versionLabel);
  if (!isOfBefore) return arrivalLeft(host, { observed, config, now });
  const seconds = Math.max(settleSeconds, OVERLAP_SECONDS);
  const left = arrivalLeft(host, { observed, config: { settleSeconds: seconds }, now });
  return left === undefined ? undefined : Math.min(left, LOOK_SECONDS);
}

/** The env's value of the version label, by which the version before named its subset, too. */
function versionOf({ rules }: HostPlan, versionLabel: string): string | undefined {
  return rules[0]?.spec.subsets?.[0]?.labels?.[versionLabel];
}

function waitOf(seconds = 0): Pick<HostPlan, 'wait'> {
  return seconds > 0 ? { wait: seconds } : {};
}

/** The rule that is there. One that somebody edited so that nothing can be made of it is made anew. */
function readableOwn(rule: DestinationRule, { rules }: Observed): DestinationRule | undefined {
  const own = rules.find((one) => sameObject(one, rule));
  return own !== undefined && unreadableOf('DestinationRule', own) === undefined ? own : undefined;
}

/** Do all pods of the clone carry the mark by which a subset selects them? */
export function isMarked(clone: Deployment | undefined): boolean {
  if (clone === undefined) return false;
  const { selector, template } = clone.spec;
  const mark = template.metadata?.labels?.[CLONE_LABEL];
  if (mark === undefined) return false;
  return selector.matchLabels?.[CLONE_LABEL] === mark || isRolledOut(clone);
}

/** Seconds until every proxy has learnt the subsets that an injection leads to; undefined: some rule has not got them yet. */
export function arrivalLeft(
  { rules, injection }: HostPlan,
  {
    observed,
    config,
    now,
  }: Pick<CarryContext, 'observed' | 'now'> & {
    config: { settleSeconds: number };
  },
): number | undefined {
  const names = targetSubsets(injection.spec);
  const waits = rules.map((rule) => {
    const own = readableOwn(rule, observed);
    const isThere = own !== undefined && !isBeingDeleted(own) && hasSubsets(own, rule, names);
    const since = own && (lastWritten(own) ?? own.metadata.creationTimestamp);
    return isThere ? secondsLeft(since, config.settleSeconds, now) : Number.NaN;
  });
  const most = Math.max(0, ...waits);
  return Number.isNaN(most) ? undefined : most;
}

/** Does the rule that is there select the same pods by these subsets as the one that is wanted? */
function hasSubsets(own: DestinationRule, wanted: DestinationRule, names: readonly string[]) {
  return names.every((name) => {
    const [there, one] = [own, wanted].map(({ spec }) =>
      spec.subsets?.find((subset) => subset.name === name),
    );
    return there !== undefined && (one === undefined || jsonEqual(there.labels, one.labels));
  });
}

/** The env's subsets in the rules that are there which are no longer wanted, by name. */
function oldSubsets(
  host: HostPlan,
  wanted: ReadonlySet<string>,
  { observed, config }: CarryContext,
): Map<string, Subset> {
  const old = new Map<string, Subset>();
  const version = versionOf(host, config.versionLabel);
  for (const rule of host.rules) {
    const own = readableOwn(rule, observed);
    for (const subset of own?.spec.subsets ?? []) {
      const isOurs = subset.labels?.[config.versionLabel] === version;
      if (isOurs && !wanted.has(subset.name) && !old.has(subset.name)) old.set(subset.name, subset);
    }
  }
  return old;
}

/** Which subsets requests may be led to now. */
function namesUsed(
  { injection }: HostPlan,
  active: RouteInjection | undefined,
  { view, config }: CarryContext,
): Set<string | undefined> {
  const owner = ownerOf(injection);
  const routes = view.virtualServices().flatMap((one) => routesOn(one, owner, config));
  return new Set([
    ...(active === undefined ? [] : targetSubsets(active.spec)),
    ...routes.flatMap(({ route = [] }) => route.map(({ destination }) => destination?.subset)),
  ]);
}

/** Seconds until no request is on its way by a route that was there before the last change of injection and routes. */
function drainLeft(
  { host }: HostPlan,
  own: RouteInjection | undefined,
  { view, config, now }: CarryContext,
): number {
  // The settle time, too: until then the status asks the rule whether the injection's last change was this one.
  const seconds = Math.max(config.drainSeconds, config.settleSeconds);
  const routed = view
    .virtualServices()
    .filter((one) => affectedHosts(one, config.clusterDomain).includes(host));
  const written = [...(own === undefined ? [] : [own]), ...routed].map(lastWritten);
  return Math.max(0, ...written.map((since) => secondsLeft(since, seconds, now)));
}

/** `isEarly`: what is not there yet has to wait for the pods. */
function withOld(
  rule: DestinationRule,
  kept: readonly Subset[],
  isEarly: boolean,
  { observed }: CarryContext,
): DestinationRule {
  const own = readableOwn(rule, observed)?.spec.subsets ?? [];
  const has = ({ name }: Subset) => own.some((one) => one.name === name);
  const fresh = (rule.spec.subsets ?? []).filter((subset) => !isEarly || has(subset));
  const old = kept.map((subset) => own.find(({ name }) => name === subset.name) ?? subset);
  return { ...rule, spec: { ...rule.spec, subsets: [...fresh, ...old] } };
}

function isLedAlike({ spec: a }: RouteInjection, { spec: b }: RouteInjection): boolean {
  return a.subset === b.subset && jsonEqual(a.subsets ?? {}, b.subsets ?? {});
}

/** Would its requests find their subset in every one of these rules? */
function leadsWithin({ spec }: RouteInjection, rules: readonly DestinationRule[]): boolean {
  const names = targetSubsets(spec);
  return (
    names.length > 0 &&
    rules.every((rule) =>
      names.every((name) => rule.spec.subsets?.some((subset) => subset.name === name)),
    )
  );
}

/** What is wanted now, led as it is. */
function ledAs(injection: RouteInjection, { spec: { subset = '', subsets } }: RouteInjection) {
  const { subsets: _subsets, ...spec } = injection.spec;
  return {
    ...injection,
    spec: { ...spec, subset, ...(subsets === undefined ? {} : { subsets }) },
  };
}
