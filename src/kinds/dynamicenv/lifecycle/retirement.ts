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
import { carriers, ownerOf, type RouteOwner } from '../plan/routes-seen.ts';
import { injectionsOf, oncePer, rulesOf } from './by-base.ts';

export interface RetirementContext {
  env: string;
  observed: Observed;
  virtualServices: readonly VirtualService[];
  /** Rules that take other people's subsets away (`childKey`): they wait for nothing. */
  harmful: ReadonlySet<string>;
  clusterDomain: string;
  drainSeconds: number;
  now: Date;
  /** The user asked not to wait for anything. */
  force: boolean;
}

/** A child on its way out: what to answer for it now (absent: delete it) and when to look again. */
export interface Leaving {
  child?: KubeObject;
  wait?: number;
}

/**
 * A DestinationRule or Deployment may go once no route has led to it for the drain time; the time since when is
 * noted on the object itself. A route that is seen again starts the wait anew. Without a drain time there is nothing to note.
 */
function drain<T extends KubeObject>(
  child: T,
  isReached: boolean,
  context: RetirementContext,
): Leaving {
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
 * Since when a child drains, and what is noted of it. A time still to come is of a replica whose clock is ahead, or of
 * somebody's hand. It is not corrected: the other replica, which may see the object one write late, would write its own
 * again, and both for ever. What counts then is when the object was last written, by the API server's clock.
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

/** Takes a clone away. One that no request was ever routed to (a consumer's, or without any Service) goes at once. */
export function retireDeployment(clone: Deployment, context: RetirementContext): Leaving {
  const injections = injectionsOf(baseKeyOf(clone), context.observed);
  const rules = rulesOf(baseKeyOf(clone), context.observed);
  const isRouted = rules.length > 0 || injections.some(({ spec }) => spec.subset !== undefined);
  if (!isRouted && clone.metadata.annotations?.[DRAINING_ANNOTATION] === undefined) return {};
  const isReached = oncePer(
    context,
    `clones of ${baseKeyOf(clone)}`,
    () =>
      injections.some((injection) => isLeadingTo(injection, context)) ||
      rules.some((rule) => hasRoutes(ruleOwner(rule, context), context)),
  );
  return drain(clone, isReached, context);
}

/** Takes a DestinationRule clone away; at once when another one keeps the env's subset, or when it harms others. */
export function retireRule(
  rule: DestinationRule,
  isUrgent: boolean,
  context: RetirementContext,
): Leaving {
  if (isUrgent) return {};
  const host = hostOf(rule);
  const key = baseKeyOf(rule);
  const isReached =
    oncePer(context, `rules of ${key} ${host}`, () =>
      injectionsOf(key, context.observed)
        .filter(({ spec }) => host === undefined || spec.host === host)
        .some((injection) => isLeadingTo(injection, context)),
    ) || hasRoutes(ruleOwner(rule, context), context);
  return drain(rule, isReached, context);
}

/**
 * Takes a RouteInjection away: its routes first, then, together with the last of what they led to, the injection itself.
 * `isNeeded`: some of that has to stay.
 */
export function retireInjection(
  injection: RouteInjection,
  isNeeded: boolean,
  context: RetirementContext,
): Leaving {
  if (context.force || !(isNeeded || isLeadingTo(injection, context))) return {};
  const kept = keep(injection);
  const withdrawn: RouteInjection = {
    ...kept,
    spec: { ...kept.spec, active: false, leaving: true },
  };
  return { child: withdrawn };
}

/** May requests still be on their way through this injection? */
function isLeadingTo(injection: RouteInjection, context: RetirementContext): boolean {
  return injection.spec.active || hasRoutes(ownerOf(injection), context);
}

function hasRoutes(owner: RouteOwner | undefined, context: RetirementContext): boolean {
  return owner !== undefined && carriers(context.virtualServices, owner, context).length > 0;
}

/** Where a rule's routes would be; from its marks, since its injection may have been deleted by hand. */
function ruleOwner(rule: DestinationRule, context: RetirementContext): RouteOwner | undefined {
  const [namespace, name] = (baseKeyOf(rule) ?? '').split('/');
  const host = hostOf(rule);
  if (!namespace || !name || host === undefined) return undefined;
  const isReadable = unreadableOf('DestinationRule', rule) === undefined;
  return {
    env: context.env,
    deployment: { namespace, name },
    host,
    clone: cloneName(name, context.env),
    subsets: isReadable ? (rule.spec.subsets ?? []).map((subset) => subset.name) : [],
  };
}
