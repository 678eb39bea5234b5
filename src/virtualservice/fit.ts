import { utf8Length } from '../k8s/canonical.ts';
import { compareInjections, orderedPairs } from './pairs.ts';
import { type Plan, type PlannedInjection, serializePlan } from './plan-codec.ts';

/** What one VirtualService can carry, in bytes. */
export interface Room {
  /** For the plan annotation. */
  plan: number;
  /** For our routes. */
  routes: number;
}

/** Longest plan, so that many VirtualServices do not weigh on etcd and on Metacontroller's calls. */
export const MAX_PLAN_BYTES = 64 * 1024;
/** All annotations of an object together (k8s.io/apimachinery, TotalAnnotationSizeLimitB). */
const MAX_ANNOTATION_BYTES = 256 * 1024;
/** etcd's default request limit is 1.5 MiB; the rest is left to managedFields and to what the user adds. */
const MAX_OBJECT_BYTES = 1.25 * 1024 * 1024;

/** The room that a VirtualService's other annotations and its own spec leave. */
export function roomIn(
  otherAnnotations: Record<string, string>,
  planKey: string,
  objectBytes: number,
): Room {
  const taken = Object.entries(otherAnnotations)
    .map(([key, value]) => utf8Length(key) + utf8Length(value))
    .reduce((sum, bytes) => sum + bytes, utf8Length(planKey));
  const plan = Math.max(0, Math.min(MAX_PLAN_BYTES, MAX_ANNOTATION_BYTES - taken));
  return { plan, routes: Math.max(0, MAX_OBJECT_BYTES - objectBytes) };
}

/**
 * The plan with as many injections as fit, and the ones left out: the lowest rank goes first. Rank is the place
 * of an injection's best pair. `routeBytes` tells how large the routes of some injections are.
 */
export function fitPlan(
  plan: Plan,
  room: Room,
  routeBytes: (injections: readonly PlannedInjection[]) => number,
): { plan: Plan; leftOut: PlannedInjection[] } {
  const ranked = byRank(plan.injections);
  const fits = (count: number) => {
    const kept = ranked.slice(0, count);
    return (
      utf8Length(serializePlan({ ...plan, injections: kept })) <= room.plan &&
      routeBytes(kept) <= room.routes
    );
  };
  const count = largest(ranked.length, fits);
  const kept = new Set(ranked.slice(0, count));
  return {
    plan: { ...plan, injections: plan.injections.filter((injection) => kept.has(injection)) },
    leftOut: ranked.slice(count),
  };
}

function byRank(injections: readonly PlannedInjection[]): PlannedInjection[] {
  const best = new Map<PlannedInjection, number>();
  orderedPairs(injections).forEach(({ injection }, index) => {
    if (!best.has(injection)) best.set(injection, index);
  });
  return [...injections].sort(
    (a, b) => (best.get(a) ?? 0) - (best.get(b) ?? 0) || compareInjections(a, b),
  );
}

/** The largest count from 0 to `limit` that fits, where fewer always fit when more do; 0 when none does. */
export function largest(limit: number, fits: (count: number) => boolean): number {
  if (fits(limit)) return limit;
  let low = 0;
  let high = limit;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
