import type { HeaderAndSourceMatch } from '../../istio/cover.ts';
import { createCoverIndex, keepConditions } from '../../istio/cover-index.ts';
import { entryConditions, parameterKey } from '../../istio/entry-conditions.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import type { Copy } from './copies.ts';
import type { Group } from './groups.ts';
import { allSubjects, hasConditionOn, haveCommon, subjectsOf } from './match-subjects.ts';
import type { Pair } from './precedence.ts';
import type { Draft } from './render.ts';
import { isOfRef, plainEntry, type SelectorEntry } from './selectors.ts';
import { type IsActive, type Taken, takenByEarlier, takenWithin } from './taken.ts';

const NOTHING: Taken = new Map();

/**
 * The pairs whose requests are taken before one route. If a route has no condition on the headers or callers of the envs' matches, an
 * entry of one copy covers an entry of another exactly if the first match covers the other: then only the matches are compared, once
 * for all routes with the same copies.
 */
export function takenBefore({ groups, pairs, scope }: Draft, isActive: IsActive) {
  const known = new Map<string, Taken>();
  let ids: Map<Pair, number> | undefined;
  const { refs = [], others = [] } = Object.groupBy(groups, kindOf);
  const ofRefs = subjectsOf(refs);
  const ofOthers = subjectsOf(others);
  const subjects = allSubjects(ofRefs, ofOthers);
  const compared = new Set([...subjects.headers, ...[...subjects.parameters].map(parameterKey)]);
  const conditions = conditionsOf(compared);
  const hasCovered =
    refs.length > 0 && !haveCommon(ofRefs, ofOthers)
      ? hasRefOfTwo(refs) || someCovered(others, conditions, isActive)
      : someCovered(groups, conditions, isActive);
  const isShared = groups.some((group) => group.pairs.length > 1);
  const byMatches = (copies: readonly Copy[]): Taken => {
    ids ??= new Map(pairs.map((pair, index) => [pair, index]));
    const key = copies.map((copy) => copy.pairs.map((pair) => ids?.get(pair)).join('+')).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const fresh = takenByEarlier(copies, ({ group }) => conditions(group), isActive);
    known.set(key, fresh);
    return fresh;
  };
  const byEntries = (copies: readonly Copy[]): Taken =>
    takenByEarlier(copies, (copy) => entriesOf(copy, compared), isActive);
  return (route: HTTPRoute, copies: readonly Copy[]): Taken => {
    const within = isShared ? takenWithin(route, copies, scope, isActive) : NOTHING;
    if (copies.length < 2) return within;
    const isFree = !hasConditionOn(route, subjects);
    if (isFree && !hasCovered) return within;
    const later = isFree ? byMatches(copies) : byEntries(copies);
    return within.size === 0 ? later : new Map([...within, ...later]);
  };
}

function entriesOf({ route: { match } }: Copy, compared: ReadonlySet<string>) {
  return (match ?? []).map((entry) => entryConditions(entry, compared));
}

/** The conditions of a group's selector, in the form in which entries are compared. Computed once for each group. */
function conditionsOf(compared: ReadonlySet<string>) {
  const known = new Map<Group, readonly HeaderAndSourceMatch[]>();
  return (group: Group): readonly HeaderAndSourceMatch[] => {
    const before = known.get(group);
    if (before !== undefined) return before;
    const { entries, matchIndex } = group.selector;
    const fresh =
      matchIndex === undefined
        ? entries.map((entry) => refConditions(entry, compared))
        : entries.map((entry) => selectorConditions(entry, compared));
    known.set(group, fresh);
    return fresh;
  };
}

/** By an entry of a ref: it is the same object in every call, and all its headers are always compared. */
const knownOfRefs = new WeakMap<SelectorEntry, HeaderAndSourceMatch>();

function refConditions(entry: SelectorEntry, compared: ReadonlySet<string>): HeaderAndSourceMatch {
  const before = knownOfRefs.get(entry);
  if (before !== undefined) return before;
  const fresh = keepConditions(selectorConditions(entry, compared));
  knownOfRefs.set(entry, fresh);
  return fresh;
}

/** Most entries have conditions on headers and labels only: these are compared as they are. */
function selectorConditions(
  entry: SelectorEntry,
  compared: ReadonlySet<string>,
): HeaderAndSourceMatch {
  return entry.beside || entry.queryParams
    ? entryConditions(plainEntry(entry), compared)
    : (entry as HeaderAndSourceMatch);
}

function kindOf({ selector }: Group): 'refs' | 'others' {
  return isOfRef(selector) ? 'refs' : 'others';
}

/** Do two envs have one ref? No request meets the selectors of two refs (ADR 25), so none of them covers another. */
function hasRefOfTwo(refs: readonly Group[]): boolean {
  const owners = new Map<string | undefined, string>();
  return refs.some(({ env, pairs }) => {
    const ref = pairs[0]?.injection.ref;
    const owner = owners.get(ref) ?? env;
    owners.set(ref, owner);
    return owner !== env;
  });
}

/** Is any group's match covered by that of an earlier group? Mostly none is: then no route has to be examined. */
function someCovered(
  groups: readonly Group[],
  conditions: (group: Group) => readonly HeaderAndSourceMatch[],
  isActive: IsActive,
): boolean {
  const earlier = createCoverIndex<Group>();
  return groups.some((group) => {
    const all = conditions(group);
    if (all.some((one) => earlier.first(one, () => true) !== undefined)) return true;
    if (group.pairs.some(({ injection }) => isActive(injection))) {
      for (const one of all) earlier.add(one, group);
    }
    return false;
  });
}
