import type { HeaderAndSourceMatch } from '../../istio/cover.ts';
import { createCoverIndex } from '../../istio/cover-index.ts';
import { entryConditions } from '../../istio/entry-conditions.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import type { Copy } from './copies.ts';
import type { Group } from './groups.ts';
import { says, subjectsOf } from './match-subjects.ts';
import type { Pair } from './precedence.ts';
import type { Draft } from './render.ts';
import { type IsActive, type Taken, takenByEarlier, takenWithin } from './taken.ts';

const NOTHING: Taken = new Map();

/**
 * What is taken before one route. Where a route says nothing about what the envs' matches are about, an entry of a copy covers one
 * of another copy just if the match does: then the matches alone are compared, once for all routes with the same copies.
 */
export function takenBefore({ groups, pairs, scope }: Draft, isActive: IsActive) {
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

/** Is any group's match covered by that of an earlier one? Mostly none is, and there is nothing to look at route by route. */
function someCovered(groups: readonly Group[], isActive: IsActive): boolean {
  const earlier = createCoverIndex<Group>();
  return groups.some((group) => {
    if (earlier.first(group.match, () => true) !== undefined) return true;
    if (group.pairs.some(({ injection }) => isActive(injection))) earlier.add(group.match, group);
    return false;
  });
}
