import { DRAINING_ANNOTATION } from '../../../api/marks.ts';
import type { RouteInjection } from '../../../api/routeinjection.ts';
import { unreadableOf } from '../../../api/unreadable.ts';
import type { DestinationRule, VirtualService } from '../../../istio/types.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { rfc3339, secondsLeft } from '../../../k8s/time.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { baseKeyOf, hostOf, keep, type Observed, withAnnotation } from '../observed.ts';
import { cloneName } from '../plan/names.ts';
import { carriers, carriersBefore, ownerOf, type RouteOwner } from '../plan/routes-seen.ts';
import { hasSameTarget } from '../plan/target-state.ts';
import { injectionsAt, injectionsOf, oncePer, rulesOf } from './by-base.ts';

export interface DepartureContext {
  env: string;
  observed: Observed;
  virtualServices: readonly VirtualService[];
  /** Rules that hide other people's subsets (`childKey`): they are removed at once. */
  harmful: ReadonlySet<string>;
  clusterDomain: string;
  drainSeconds: number;
  now: Date;
  /** The user asked not to wait for anything. */
  force: boolean;
}

/** A child that is being removed: what to answer for it now (absent: delete it), and seconds until the next look. */
export interface Departure {
  child?: KubeObject;
  wait?: number;
}

/**
 * A DestinationRule or Deployment is deleted when no route has led to it for the drain time. An annotation on the object itself
 * says since when. If a route is seen again, the wait starts again. Without a drain time no annotation is needed.
 */
function drain<T extends KubeObject>(
  child: T,
  isReached: boolean,
  context: DepartureContext,
): Departure {
  if (context.force) return {};
  const kept = keep(child);
  if (isReached) return { child: kept };
  if (context.drainSeconds === 0) return {};
  const { noted, since } = drainingSince(child, context.now);
  const wait =
    since === undefined
      ? context.drainSeconds + 1
      : secondsLeft(since, context.drainSeconds, context.now);
  if (wait <= 0) return {};
  return {
    child: withAnnotation(kept, DRAINING_ANNOTATION, noted ?? rfc3339(context.now)),
    wait,
  };
}

/**
 * Since when a child drains, and what its annotation says. A time in the future was written by a replica whose clock is ahead, or by
 * a person. It is not corrected: the other replica may see the object one write late and would write its own time
 * again, and so on for ever. Instead the object's last write counts, by the API server's clock.
 */
function drainingSince(
  child: KubeObject,
  now: Date,
): { noted?: string | undefined; since?: string | undefined } {
  const noted = child.metadata.annotations?.[DRAINING_ANNOTATION];
  const time = Date.parse(noted ?? '');
  if (Number.isNaN(time)) return {};
  if (time <= now.getTime()) return { noted, since: noted };
  const written = lastWritten(child);
  return written === undefined ? {} : { noted, since: written };
}

/** How a clone is removed. One that never got routed requests (a consumer's, or one without any Service) is deleted at once. */
export function deploymentDeparture(clone: Deployment, context: DepartureContext): Departure {
  const injections = injectionsOf(baseKeyOf(clone), context.observed);
  const rules = rulesOf(baseKeyOf(clone), context.observed);
  const isRouted =
    rules.length > 0 ||
    injections.some(({ spec }) => spec.subset !== undefined || spec.service !== undefined);
  if (!isRouted && clone.metadata.annotations?.[DRAINING_ANNOTATION] === undefined) return {};
  const isReached = oncePer(
    context,
    `clones of ${baseKeyOf(clone)}`,
    () =>
      isLeadingToClone(clone, injections, rules, context) ||
      isReachedByRules(clone, injections, rules, context),
  );
  return drain(clone, isReached, context);
}

/**
 * How a cloned DestinationRule is removed. It is deleted at once if another one has the env's subset, or if it harms others
 * (`isUrgent`).
 */
export function ruleDeparture(
  rule: DestinationRule,
  isUrgent: boolean,
  context: DepartureContext,
): Departure {
  if (isUrgent) return {};
  const host = hostOf(rule);
  const key = baseKeyOf(rule);
  const isReached =
    oncePer(context, `rules of ${key} ${host}`, () =>
      (host === undefined
        ? injectionsOf(key, context.observed)
        : injectionsAt(key, host, context.observed)
      ).some((injection) => isLeadingToRule(injection, rule, context)),
    ) ||
    (!leadsToService(rule, context) && hasRuleRoutes(rule, context));
  return drain(rule, isReached, context);
}

/**
 * May requests still be routed to a clone by one of these injections? The workload may have another target now, a version that exists
 * already: then only routes count that do not lead there yet.
 */
function isLeadingToClone(
  { metadata: { name } }: Deployment,
  injections: readonly RouteInjection[],
  rules: readonly DestinationRule[],
  context: DepartureContext,
): boolean {
  const rulesFor = Map.groupBy(rules, hostOf);
  return injections.some((injection) => {
    if (hasSameTarget(injection.spec, { clone: name })) return isLeadingTo(injection, context);
    const { service: _service, isExisting: _existing, ...now } = ownerOf(injection);
    const subsets = (rulesFor.get(now.host) ?? []).flatMap(subsetNames);
    return hasRoutesBefore({ ...now, clone: name, subsets }, injection, context);
  });
}

/** Are there routes to a rule's subset, for whose host no injection leads elsewhere than to the clone? */
function isReachedByRules(
  { metadata: { name } }: Deployment,
  injections: readonly RouteInjection[],
  rules: readonly DestinationRule[],
  context: DepartureContext,
): boolean {
  const elsewhere = new Set<string | undefined>(
    injections
      .filter(({ spec }) => !hasSameTarget(spec, { clone: name }))
      .map(({ spec }) => spec.host),
  );
  return rules.some((rule) => !elsewhere.has(hostOf(rule)) && hasRuleRoutes(rule, context));
}

/** The same for a rule: an injection that leads to another Service does not need it. */
function isLeadingToRule(
  injection: RouteInjection,
  rule: DestinationRule,
  context: DepartureContext,
): boolean {
  const before = ruleOwner(rule, context);
  return injection.spec.service === undefined || before === undefined
    ? isLeadingTo(injection, context)
    : hasRoutesBefore(before, injection, context);
}

function hasRoutesBefore(
  before: RouteOwner,
  injection: RouteInjection,
  context: DepartureContext,
): boolean {
  const { virtualServices } = context;
  return carriersBefore(virtualServices, before, ownerOf(injection), context).length > 0;
}

function leadsToService(rule: DestinationRule, { observed }: DepartureContext): boolean {
  const host = hostOf(rule);
  return (
    host !== undefined &&
    injectionsAt(baseKeyOf(rule), host, observed).some(({ spec }) => spec.service !== undefined)
  );
}

function hasRuleRoutes(rule: DestinationRule, context: DepartureContext): boolean {
  return hasRoutes(ruleOwner(rule, context), context);
}

/**
 * How a RouteInjection is removed: first its routes, then the injection itself, together with the last clone or rule that the routes
 * led to. `isNeeded`: one of those has to stay.
 */
export function injectionDeparture(
  injection: RouteInjection,
  isNeeded: boolean,
  context: DepartureContext,
): Departure {
  if (context.force || !(isNeeded || isLeadingTo(injection, context))) return {};
  const kept = keep(injection);
  const withdrawn: RouteInjection = {
    ...kept,
    spec: { ...kept.spec, active: false, leaving: true },
  };
  return { child: withdrawn };
}

/** May requests still be routed by this injection? */
function isLeadingTo(injection: RouteInjection, context: DepartureContext): boolean {
  return injection.spec.active || hasRoutes(ownerOf(injection), context);
}

function hasRoutes(owner: RouteOwner | undefined, context: DepartureContext): boolean {
  return owner !== undefined && carriers(context.virtualServices, owner, context).length > 0;
}

/** The owner of a rule's routes. Read from the rule's marks, since somebody may have deleted its injection. */
function ruleOwner(rule: DestinationRule, context: DepartureContext): RouteOwner | undefined {
  const [namespace, name] = (baseKeyOf(rule) ?? '').split('/');
  const host = hostOf(rule);
  if (!namespace || !name || host === undefined) return undefined;
  return {
    env: context.env,
    deployment: { namespace, name },
    host,
    clone: cloneName(name, context.env),
    subsets: subsetNames(rule),
  };
}

function subsetNames(rule: DestinationRule): string[] {
  if (unreadableOf('DestinationRule', rule) !== undefined) return [];
  return (rule.spec.subsets ?? []).map((subset) => subset.name);
}
