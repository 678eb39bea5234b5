import type { HeaderAndSourceMatch } from '../../istio/cover.ts';
import { createCoverIndex } from '../../istio/cover-index.ts';
import { entryConditions } from '../../istio/entry-conditions.ts';
import { headerKey } from '../../istio/header-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { claimsOn } from '../routes/clone-targets.ts';
import { labelOf } from '../routes/eligible.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import type { Scope } from '../routes/scope.ts';
import type { Copy } from './copies.ts';
import type { Group } from './groups.ts';
import type { Pair } from './precedence.ts';
import type { Draft } from './render.ts';

/** A pair whose requests all go to an earlier one, wherever it has a copy or in some of these places. */
export interface Shadow {
  pair: Pair;
  /** The first one that takes them. */
  by: Pair;
  /** Before which routes that is so, in words; undefined: before all that the pair has a copy of. */
  at?: string[];
}

type IsActive = (injection: PlannedInjection) => boolean;

/** Pairs that get nothing by one copy each, and the one that gets it. */
type Taken = ReadonlyMap<Pair, Pair>;

const NOTHING: Taken = new Map();

/**
 * What pairs get nothing, judged by the copies that there are: before one route, a copy is never met if each of its match entries
 * is covered by one of an earlier active copy; and of two injections of one env that want the same targets the second gets none.
 * An injection that is not active takes nothing.
 */
export function findShadows(draft: Draft, isActive: IsActive): Shadow[] {
  const { groups, routes, pairs } = draft;
  // One alone is in nobody's shadow.
  if (pairs.length < 2) return [];
  const judge = judgeOf(draft, isActive);
  const taken = new Map<Pair, { by: Pair; routes: HTTPRoute[] }>();
  for (const { route, copies } of routes) {
    for (const [pair, by] of judge(route, copies)) {
      const known = taken.get(pair);
      if (known === undefined) taken.set(pair, { by, routes: [route] });
      else known.routes.push(route);
    }
  }
  if (taken.size === 0) return [];
  const counts = copyCounts(draft, taken);
  return groups
    .flatMap((group) => group.pairs)
    .flatMap((pair): Shadow[] => {
      const found = taken.get(pair);
      if (found === undefined) return [];
      const isWhole = found.routes.length === counts.get(pair);
      return [{ pair, by: found.by, ...(isWhole ? {} : { at: found.routes.map(labelOf) }) }];
    });
}

/** Before how many routes each of the pairs has a copy. */
function copyCounts({ routes }: Draft, asked: ReadonlyMap<Pair, unknown>): Map<Pair, number> {
  const counts = new Map<Pair, number>();
  for (const { copies } of routes) {
    for (const { pairs } of copies) {
      for (const pair of pairs) {
        if (asked.has(pair)) counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
  }
  return counts;
}

/**
 * What is taken before one route. Where a route says nothing about what the envs' matches are about, an entry of a copy covers one
 * of another copy just if the match does: then the matches alone are compared, once for all routes with the same copies.
 */
function judgeOf({ groups, pairs, scope }: Draft, isActive: IsActive) {
  const known = new Map<string, Taken>();
  let ids: Map<Pair, number> | undefined;
  const subjects = subjectsOf(groups);
  const hasCovered = someCovered(groups, isActive);
  const isShared = groups.some((group) => group.pairs.length > 1);
  const plainly = (copies: readonly Copy[]): Taken => {
    ids ??= new Map(pairs.map((pair, index) => [pair, index]));
    const key = copies.map((copy) => copy.pairs.map((pair) => ids?.get(pair)).join('+')).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const fresh = takenByEarlier(copies, matchesOf, isActive);
    known.set(key, fresh);
    return fresh;
  };
  const byEntries = (copies: readonly Copy[]): Taken =>
    takenByEarlier(copies, (copy) => entriesOf(copy, subjects.headers), isActive);
  return (route: HTTPRoute, copies: readonly Copy[]): Taken => {
    const within = isShared ? takenWithin(route, copies, scope, isActive) : NOTHING;
    if (copies.length < 2) return within;
    const isFree = !says(route, subjects);
    if (isFree && !hasCovered) return within;
    const later = isFree ? plainly(copies) : byEntries(copies);
    return within.size === 0 ? later : new Map([...within, ...later]);
  };
}

function matchesOf({ pairs: [first] }: Copy): HeaderAndSourceMatch[] {
  return first === undefined ? [] : [first.match];
}

function entriesOf({ route: { match } }: Copy, compared: ReadonlySet<string>) {
  return (match ?? []).map((entry) => entryConditions(entry, compared));
}

/** What the matches of the groups are about. */
interface Subjects {
  headers: ReadonlySet<string>;
  hasLabels: boolean;
}

function subjectsOf(groups: readonly Group[]): Subjects {
  const headers = new Set<string>();
  let hasLabels = false;
  for (const { match } of groups) {
    for (const name in match.headers) headers.add(headerKey(name));
    for (const _label in match.sourceLabels) hasLabels = true;
  }
  return { headers, hasLabels };
}

/** Does the route say anything about one of the subjects? */
function says({ match }: HTTPRoute, { headers, hasLabels }: Subjects): boolean {
  return (match ?? []).some((entry) => {
    const isAboutCallers = entry.sourceLabels || entry.sourceNamespace || entry.gateways;
    return (
      (hasLabels && isAboutCallers !== undefined) ||
      names(entry.headers, headers) ||
      names(entry.withoutHeaders, headers)
    );
  });
}

function names(conditions: object | undefined, headers: ReadonlySet<string>): boolean {
  for (const name in conditions) if (headers.has(headerKey(name))) return true;
  return false;
}

/** Is any group's match covered by that of an earlier one? Mostly none is, and there is nothing to look at route by route. */
function someCovered(groups: readonly Group[], isActive: IsActive): boolean {
  const earlier = createCoverIndex<Group>();
  return groups.some((group) => {
    if (earlier.first(group.match, () => true) !== undefined) return true;
    if (group.pairs.some(({ injection }) => isActive(injection))) earlier.add(group.match, group);
    return false;
  });
}

/** By copies that stand before: of another env, or of the same one where it does not lead to the pair's own clone. */
function takenByEarlier(
  copies: readonly Copy[],
  entries: (copy: Copy) => HeaderAndSourceMatch[],
  isActive: IsActive,
): Taken {
  const taken = new Map<Pair, Pair>();
  const earlier = createCoverIndex<{ pairs: readonly Pair[]; by: Pair }>();
  for (const copy of copies) {
    const conditions = entries(copy);
    for (const pair of copy.pairs) {
      const { env } = pair.injection;
      const isRival = ({ pairs }: { pairs: readonly Pair[] }) =>
        pairs[0]?.injection.env !== env ||
        !pairs.some(({ injection }) => injection === pair.injection);
      const by = firstOfAll(conditions, (one) => earlier.first(one, isRival)?.by);
      if (by !== undefined) taken.set(pair, by);
    }
    const by = copy.pairs.find(({ injection }) => isActive(injection));
    if (by === undefined) continue;
    for (const one of conditions) earlier.add(one, { pairs: copy.pairs, by });
  }
  return taken;
}

/** What is found for the first of some items, if something is found for each. */
function firstOfAll<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  let first: R | undefined;
  for (const item of items) {
    const found = find(item);
    if (found === undefined) return undefined;
    first ??= found;
  }
  return first;
}

/** By injections of the same env that want the same targets and come first. */
function takenWithin(
  route: HTTPRoute,
  copies: readonly Copy[],
  scope: Scope,
  isActive: IsActive,
): Taken {
  const taken = new Map<Pair, Pair>();
  for (const { pairs } of copies) {
    if (pairs.length < 2) continue;
    const places = new Map(pairs.map(({ injection }, place) => [injection, place]));
    const active = pairs.map(({ injection }) => injection).filter(isActive);
    const { exact } = claimsOn(route, active, scope);
    pairs.forEach((pair, place) => {
      const own = [...claimsOn(route, [pair.injection], scope).exact.keys()];
      const by = firstOfAll(own, (key) => {
        const winner = places.get(exact.get(key) ?? pair.injection) ?? place;
        return winner < place ? pairs[winner] : undefined;
      });
      if (by !== undefined) taken.set(pair, by);
    });
  }
  return taken;
}
