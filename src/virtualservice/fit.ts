import { ENVS_ANNOTATION, PLAN_ANNOTATION } from '../api/marks.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { utf8Length } from '../k8s/canonical.ts';
import { isMarkAnnotation } from './marks.ts';
import { compareInjections, routeNameOf } from './pairs.ts';
import { EMPTY_PLAN, type Plan, type PlannedInjection } from './plan-codec.ts';
import type { Draft } from './render.ts';
import { withoutOurRoutes } from './strip.ts';

/** What one VirtualService can carry, in bytes. */
export interface Room {
  /** For the plan annotation. */
  plan: number;
  /** For our routes. Counted when it is asked for, which is seldom: to escape the user's annotations takes long. */
  routes: () => number;
  /** So much at the least: takes less long to tell. */
  routesAtLeast: () => number;
  /** Object and injections came in so many bytes; infinite when that is not known. */
  sent: number;
  /** Is there room for the annotation with the envs' names? */
  envs: boolean;
}

/** Longest plan, so that many VirtualServices do not weigh on etcd and on Metacontroller's calls. */
export const MAX_PLAN_BYTES = 64 * 1024;
/** All annotations of an object together (k8s.io/apimachinery, TotalAnnotationSizeLimitB). */
export const MAX_ANNOTATION_BYTES = 256 * 1024;
/** etcd's default request limit is 1.5 MiB; the rest is left to marks, managedFields and to what the user adds. */
export const MAX_OBJECT_BYTES = 1.25 * 1024 * 1024;
/** Kept free in the plan for `attempt` and `at`, so that a plan that fits still does when it is asked for again. */
const BOOKKEEPING_BYTES = 64;

/**
 * The room that the user's own part of a VirtualService leaves. Nothing that changes by our own writes counts (marks,
 * routes, managedFields): sync and admission must come to the same plan, or they would write by turns for ever.
 * `sentBytes`: object and injections, or its plan, were sent in so many, which tells of most that all fits; it changes no answer.
 */
export function roomOf(
  virtualService: VirtualService,
  envs: string | undefined,
  sentBytes = Number.POSITIVE_INFINITY,
): Room {
  const own = Object.entries(virtualService.metadata.annotations ?? {}).filter(
    ([key]) => !isMarkAnnotation(key),
  );
  const annotations = own.reduce((sum, [key, value]) => sum + bytes(key, value), 0);
  const left = MAX_ANNOTATION_BYTES - annotations;
  const forEnvs = envs === undefined ? 0 : bytes(ENVS_ANNOTATION, envs);
  const hasEnvs = forEnvs <= left;
  const forPlan = left - (hasEnvs ? forEnvs : 0) - utf8Length(PLAN_ANNOTATION);
  const { spec } = withoutOurRoutes(virtualService);
  const mostForOwn = MOST_ESCAPED * (annotations + own.length + 1);
  return {
    plan: Math.min(MAX_PLAN_BYTES, forPlan),
    routes: () => MAX_OBJECT_BYTES - jsonBytes([own, spec]),
    routesAtLeast: () => MAX_OBJECT_BYTES - jsonBytes(spec) - mostForOwn,
    sent: sentBytes,
    envs: hasEnvs,
  };
}

/** A character may become six in JSON (`\u0000`); so many bytes are more than the punctuation of an annotation, too. */
const MOST_ESCAPED = 7;

/** The same whatever order the keys of maps come in. */
function jsonBytes(value: unknown): number {
  return utf8Length(JSON.stringify(value));
}

function bytes(key: string, value: string): number {
  return utf8Length(key) + utf8Length(value);
}

/**
 * The injections that fit into the room, in their order, and the ones left out: the lowest rank goes first. Rank is
 * the place of an injection's best pair. One that is too large for what is left makes no room for itself: those
 * behind it that fit are kept, or a single env could take everybody's routes away.
 */
export function fitInjections(
  draft: Draft,
  injections: readonly PlannedInjection[],
  room: Room,
): { kept: readonly PlannedInjection[]; leftOut: PlannedInjection[] } {
  if (fitsWhole(draft, injections, room)) return { kept: injections, leftOut: [] };
  const ranked = byRank(draft, injections);
  const routeBytes = routeCounter(draft);
  // The first item of the plan's list needs no comma.
  let plan = room.plan - EMPTY_PLAN_BYTES + 1;
  let routes = room.routes();
  const kept = new Set<PlannedInjection>();
  for (const injection of ranked) {
    const forPlan = jsonBytes(injection) + 1;
    const forRoutes = routeBytes(injection);
    if (forPlan > plan || forRoutes > routes) continue;
    kept.add(injection);
    plan -= forPlan;
    routes -= forRoutes;
  }
  return {
    kept: injections.filter((injection) => kept.has(injection)),
    leftOut: ranked.filter((injection) => !kept.has(injection)),
  };
}

/** The plan with as many of its notes as fit beside its injections: routes matter more than words. */
export function fitNotes(plan: Plan, room: Room): Plan {
  const { notes } = plan;
  if (notes.length === 0) return plan;
  const count = largest(notes.length, (length) =>
    fits({ ...plan, notes: notes.slice(0, length) }, room),
  );
  return { ...plan, notes: notes.slice(0, count) };
}

function fits(plan: Plan, room: Room): boolean {
  return planBytes(plan) <= room.plan;
}

function planBytes({ injections, notes }: Plan): number {
  return jsonBytes({ injections, notes }) + BOOKKEEPING_BYTES;
}

/** What a plan takes in which nothing is. */
const EMPTY_PLAN_BYTES = planBytes(EMPTY_PLAN);

/** Is there room for a plan at all? */
export function hasRoom(room: Room): boolean {
  return EMPTY_PLAN_BYTES <= room.plan;
}

/** Marks and punctuation that a copy has beyond its route and what comes from its injection. */
export const COPY_BYTES = 256;

/**
 * Do all fit, even if each copy were as large as its route, with its injection's names and with the match in each of its
 * entries? All names and all matches are in the plan: together they are no larger, but for names that come with each match.
 */
function fitsWhole(
  { routes }: Draft,
  injections: readonly PlannedInjection[],
  room: Room,
): boolean {
  const mostMatches = injections.reduce((most, { matches }) => Math.max(most, matches.length), 0);
  const largest = (forPlan: number, bytesOf: (route: HTTPRoute) => number) =>
    routes.reduce((sum, { route, copies }) => {
      if (copies.length === 0) return sum;
      const entries = Math.max((route.match ?? []).length, 1);
      const forCopies = copies.length * (bytesOf(route) + COPY_BYTES);
      return sum + forCopies + (mostMatches + entries) * forPlan;
    }, 0);
  // No part is larger than the whole that came, mostly that is enough to know. Twice, since `routes` counts some commas more.
  const most = room.sent + EMPTY_PLAN_BYTES;
  if (most <= room.plan && 2 * most + largest(most, () => most) <= MAX_OBJECT_BYTES) return true;
  const forPlan = planBytes({ injections: [...injections], notes: [] });
  if (forPlan > room.plan) return false;
  const counted = largest(forPlan, jsonBytes);
  return counted <= room.routesAtLeast() || counted <= room.routes();
}

/** How many bytes the routes of one of the injections add to an object. */
function routeCounter({ routes }: Draft): (one: PlannedInjection) => number {
  const sizes = new Map<string | undefined, number>();
  for (const { route } of routes.flatMap(({ copies }) => copies)) {
    // One more for the comma behind it.
    sizes.set(route.name, (sizes.get(route.name) ?? 0) + jsonBytes(route) + 1);
  }
  return (one) => sizes.get(routeNameOf(one)) ?? 0;
}

function byRank({ pairs }: Draft, injections: readonly PlannedInjection[]): PlannedInjection[] {
  const best = new Map<PlannedInjection, number>();
  pairs.forEach(({ injection }, index) => {
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
