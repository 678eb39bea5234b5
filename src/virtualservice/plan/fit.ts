import { ENVS_ANNOTATION, PLAN_ANNOTATION } from '../../api/marks.ts';
import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import { jsonBytes, utf8Length } from '../../k8s/canonical.ts';
import { type Copy, partOf } from '../injections/copies.ts';
import type { Draft } from '../injections/render.ts';
import { type Applicant, applicants, areSurelyModest, createShares } from '../injections/share.ts';
import { MAX_ANNOTATION_BYTES, MAX_OBJECT_BYTES, MAX_PLAN_BYTES } from '../routes/limits.ts';
import { isMarkAnnotation } from '../routes/marks.ts';
import { EMPTY_PLAN, type Plan, type PlannedInjection } from '../routes/plan-codec.ts';
import { withoutOurRoutes } from '../routes/strip.ts';

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

/** Kept free in the plan for `attempt` and `at`, so that a plan that fits still does when it is asked for again. */
const BOOKKEEPING_BYTES = 64;

/**
 * The room that the user's own part of a VirtualService leaves. Nothing that changes by our own writes counts (marks,
 * routes, managedFields): sync and admission must come to the same plan, or they would write by turns for ever. Nor do the names of the
 * envs: they are noted only where the longest plan has room beside them, or a newcomer's name could push another env out.
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
  const forPlan = left - utf8Length(PLAN_ANNOTATION);
  const { spec } = withoutOurRoutes(virtualService);
  const mostForOwn = MOST_ESCAPED * (annotations + own.length + 1);
  return {
    plan: Math.min(MAX_PLAN_BYTES, forPlan),
    routes: () => MAX_OBJECT_BYTES - jsonBytes([own, spec]),
    routesAtLeast: () => MAX_OBJECT_BYTES - jsonBytes(spec) - mostForOwn,
    sent: sentBytes,
    envs: forEnvs <= forPlan - MAX_PLAN_BYTES,
  };
}

/** A character may become six in JSON (`\u0000`); so many bytes are more than the punctuation of an annotation, too. */
const MOST_ESCAPED = 7;

function bytes(key: string, value: string): number {
  return utf8Length(key) + utf8Length(value);
}

/** An injection that is not in the plan, and why, unless there is simply no room. */
export interface LeftOut {
  injection: PlannedInjection;
  excess?: string;
}

/**
 * The injections that fit into the room, in their order, and the ones left out. `present`: those of the plan that the
 * VirtualService carries now; they come first (see `applicants`), and no env gets more than its share. One that is too large for
 * what is left makes no room for itself: those behind it that fit are kept.
 */
export function fitInjections(
  draft: Draft,
  injections: readonly PlannedInjection[],
  room: Room,
  present: readonly PlannedInjection[],
): { kept: readonly PlannedInjection[]; leftOut: LeftOut[] } {
  const isWhole = fitsWhole(draft, injections, room);
  if (isWhole && areSurelyModest(injections)) return { kept: injections, leftOut: [] };
  const sizes = {
    plan: planCounter(),
    routes: isWhole ? aloneCounter(draft) : routeCounter(draft),
  };
  const queue = applicants(injections, present, sizes.plan);
  const leftOut = turnedAway(queue, sizes, isWhole ? () => true : roomCounter(room, sizes));
  if (leftOut.length === 0) return { kept: injections, leftOut };
  const out = new Set(leftOut.map(({ injection }) => injection));
  return { kept: injections.filter((injection) => !out.has(injection)), leftOut };
}

interface Sizes {
  plan: Counter;
  routes: Counter;
}

/** Those for whom there is no room, or who are beyond their env's share. */
function turnedAway(
  queue: readonly Applicant[],
  sizes: Sizes,
  hasRoomFor: (injection: PlannedInjection) => boolean,
): LeftOut[] {
  const shares = createShares(sizes);
  return queue.flatMap(({ injection, isSettled }): LeftOut[] => {
    const excess = isSettled ? undefined : shares.excess(injection);
    if (excess !== undefined) return [{ injection, excess }];
    if (!hasRoomFor(injection)) return [{ injection }];
    shares.take(injection);
    return [];
  });
}

type Counter = (injection: PlannedInjection) => number;

/** Is there room for one more? Then it is taken. */
function roomCounter(room: Room, sizes: Sizes): (injection: PlannedInjection) => boolean {
  // The first item of the plan's list needs no comma.
  let plan = room.plan - EMPTY_PLAN_BYTES + 1;
  let routes = room.routes();
  return (injection) => {
    const forPlan = sizes.plan(injection) + 1;
    const forRoutes = sizes.routes(injection);
    if (forPlan > plan || forRoutes > routes) return false;
    plan -= forPlan;
    routes -= forRoutes;
    return true;
  };
}

/** How many bytes an injection takes in a plan. */
function planCounter(): Counter {
  const known = new Map<PlannedInjection, number>();
  return (injection) => {
    const before = known.get(injection);
    if (before !== undefined) return before;
    const fresh = jsonBytes(injection);
    known.set(injection, fresh);
    return fresh;
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

/** Marks and punctuation that a copy has beyond its route and what comes from its injection, for each target. */
export const COPY_BYTES = 256;

/**
 * Do all fit, even if each copy were as large as its route, with its injection's names at each target and with the match in each of
 * its entries? All names and all matches are in the plan: together they are no larger, but for names that come with each match.
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
      const targets = Math.max((route.route ?? []).length, 1);
      const forCopies = countPairs(copies) * (bytesOf(route) + COPY_BYTES * targets);
      return sum + forCopies + (mostMatches * targets + entries) * forPlan;
    }, 0);
  // No part is larger than the whole that came, mostly that is enough to know. Twice, since `routes` counts some commas more.
  const most = room.sent + EMPTY_PLAN_BYTES;
  if (most <= room.plan && 2 * most + largest(most, () => most) <= MAX_OBJECT_BYTES) return true;
  const forPlan = planBytes({ injections: [...injections], notes: [] });
  if (forPlan > room.plan) return false;
  const counted = largest(forPlan, jsonBytes);
  return counted <= room.routesAtLeast() || counted <= room.routes();
}

/**
 * How many bytes the routes of one of the injections add to an object, at the most: where it shares copies with others of its env,
 * these are together no larger than one for each.
 */
function routeCounter({ routes, scope }: Draft): Counter {
  let known: Map<PlannedInjection, number> | undefined;
  const count = () => {
    const sizes = new Map<PlannedInjection, number>();
    for (const { route, copies } of routes) {
      for (const copy of copies) {
        for (const { injection } of copy.pairs) {
          const alone = partOf(copy, route, new Set([injection]), scope);
          // One more for the comma behind it.
          sizes.set(injection, (sizes.get(injection) ?? 0) + jsonBytes(alone) + 1);
        }
      }
    }
    return sizes;
  };
  return (injection) => {
    known ??= count();
    return known.get(injection) ?? 0;
  };
}

/** The same, for few of them: only theirs are counted. */
function aloneCounter({ routes, scope }: Draft): Counter {
  return (injection) => {
    const wanted = new Set([injection]);
    let size = 0;
    for (const { route, copies } of routes) {
      for (const copy of copies) {
        const alone = partOf(copy, route, wanted, scope);
        if (alone !== undefined) size += jsonBytes(alone) + 1;
      }
    }
    return size;
  };
}

function countPairs(copies: readonly Copy[]): number {
  let count = 0;
  for (const { pairs } of copies) count += pairs.length;
  return count;
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
