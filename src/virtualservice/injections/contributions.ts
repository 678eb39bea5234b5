import type { HTTPRoute } from '../../istio/types.ts';
import { jsonBytes } from '../../k8s/canonical.ts';
import { once } from '../../k8s/memoize.ts';
import type { Offer } from '../routes/contribution.ts';
import { LATER_LIST_BYTES, type PlannedInjection } from '../routes/plan-codec.ts';
import { plannedBytes, plannedListBytes } from '../routes/planned-bytes.ts';
import { COPY_BYTES, type Copy, partOf } from './copies.ts';
import { routeBytes } from './copy-bytes.ts';
import { ENTRY_BYTES } from './entry-copies.ts';
import type { Draft } from './render.ts';
import { applicants } from './room-order.ts';
import { isOfRef, type Selector } from './selectors.ts';
import { areSurelyModest, createShares, type InjectionContribution } from './share.ts';

/**
 * These of a draft's injections as contributions. `present`: those of the plan that the VirtualService carries now, which get room
 * first (see `applicants`).
 */
export function offerOf(
  draft: Draft,
  injections: readonly PlannedInjection[],
  present: readonly PlannedInjection[],
): Offer<InjectionContribution> {
  return {
    planBytes: () => plannedListBytes(injections) - EMPTY_LIST_BYTES + listBytes(injections),
    mostRouteBytes: (planBytes, bytesOf) => mostRouteBytes(draft, injections, planBytes, bytesOf),
    areSurelyModest: () => areSurelyModest(injections),
    contributions: () => {
      const routeBytesOf = routeCounter(draft);
      return applicants(injections, present, jsonBytes).map(({ injection, isSettled }) => ({
        injection,
        isSettled,
        planBytes: once(() => plannedBytes(injection) + listBytes([injection])),
        routeBytes: once(() => routeBytesOf(injection)),
      }));
    },
    shares: createShares,
  };
}

const EMPTY_LIST_BYTES = plannedListBytes([]);

function listBytes(injections: readonly PlannedInjection[]): number {
  return injections.some(({ service }) => service !== undefined) ? LATER_LIST_BYTES : 0;
}

/**
 * An upper bound: as if each copy were as large as its route, plus its injection's names at each target and its match in each entry.
 * All names and matches are in the plan, so together they are no larger than it, except for names that are repeated for each selector.
 */
function mostRouteBytes(
  { routes }: Draft,
  injections: readonly PlannedInjection[],
  planBytes: number,
  bytesOf: (route: HTTPRoute) => number,
): number {
  const mostSelectors = mostSelectorsOf(injections);
  const bytesOfOwn = ownBytes();
  return routes.reduce((sum, { route, copies }) => {
    if (copies.length === 0) return sum;
    const entries = Math.max((route.match ?? []).length, 1);
    const targets = Math.max((route.route ?? []).length, 1);
    const forCopies = countEntries(copies) * (bytesOf(route) + COPY_BYTES * targets);
    const forOwn = copies.reduce((bytes, copy) => bytes + bytesOfOwn(copy), 0) * entries;
    return sum + forCopies + forOwn + (mostSelectors * targets + entries) * planBytes;
  }, 0);
}

/** In a delegate each match entry of a ref is a selector. */
const MOST_REF_SELECTORS = 5;

function mostSelectorsOf(injections: readonly PlannedInjection[]): number {
  let most = 1;
  for (const { matches, ref } of injections) {
    most = Math.max(most, matches.length + (ref === undefined ? 0 : MOST_REF_SELECTORS));
  }
  return most;
}

/** A selector with several entries repeats each entry of the route for each of them. */
function countEntries(copies: readonly Copy[]): number {
  let count = 0;
  for (const { group, pairs } of copies) count += pairs.length * group.selector.entries.length;
  return count;
}

/** The bytes of the conditions of a copy that are not in the plan as they are, but made of a ref, a cookie or a member of baggage. */
function ownBytes(): (copy: Copy) => number {
  const known = new Map<Selector, number>();
  return ({ group: { selector }, pairs }) => {
    const bytes = known.get(selector) ?? bytesBeside(selector);
    known.set(selector, bytes);
    return pairs.length * bytes;
  };
}

/** Those of refs: their selectors are the same objects in every call. */
const knownOfRefs = new WeakMap<Selector, number>();

function bytesBeside(selector: Selector): number {
  const before = knownOfRefs.get(selector);
  if (before !== undefined) return before;
  const own = selector.entries.flatMap(({ beside, at }) => [
    ...(beside ? [beside] : []),
    ...(at ? [at] : []),
  ]);
  if (own.length === 0) return 0;
  const bytes = jsonBytes(own) + (selector.way === undefined ? 0 : ENTRY_BYTES);
  if (isOfRef(selector)) knownOfRefs.set(selector, bytes);
  return bytes;
}

/**
 * Most bytes that the routes of one injection add to an object. Copies that it shares with others of its env are counted as if it had
 * them alone: a shared copy is no larger than one copy for each.
 */
function routeCounter(draft: Draft): (injection: PlannedInjection) => number {
  let known: CopiesByInjection | undefined;
  const bytesOf = routeBytes();
  return (injection) => {
    known ??= copiesByInjection(draft);
    const wanted = new Set([injection]);
    let bytes = 0;
    for (const { copy, route } of known.get(injection) ?? []) {
      const part = partOf(copy, route, wanted, draft.scope);
      // One more for the comma behind it.
      if (part !== undefined) bytes += bytesOf(part) + 1;
    }
    return bytes;
  };
}

type CopiesByInjection = Map<PlannedInjection, { copy: Copy; route: HTTPRoute }[]>;

function copiesByInjection({ routes }: Draft): CopiesByInjection {
  const found: CopiesByInjection = new Map();
  for (const { route, copies } of routes) {
    const parts = copies.flatMap((copy) =>
      copy.pairs.map(({ injection }) => ({ injection, copy })),
    );
    for (const { injection, copy } of parts) {
      const own = found.get(injection);
      if (own === undefined) found.set(injection, [{ copy, route }]);
      else own.push({ copy, route });
    }
  }
  return found;
}
