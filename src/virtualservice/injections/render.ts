import type { HTTPRoute } from '../../istio/types.ts';
import { concernsOne } from '../routes/eligible.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { compiledRegexes } from '../routes/regex-budget.ts';
import { httpOf, type Scope } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { type Copy, copier, type Dropped, partOf } from './copies.ts';
import { claimantFinder } from './entry-copies.ts';
import { type Group, groupsOf } from './groups.ts';
import { olderFirst, type Pair, pairsByPrecedence } from './precedence.ts';
import { prevalidatePairs } from './prevalidate.ts';

/** All copies that some injections can have in a VirtualService, before it is decided which injections are rendered. */
export interface Draft {
  /** Of all injections, by precedence. */
  pairs: Pair[];
  /** The pairs by env and match, in the order of their first pairs. */
  groups: Group[];
  /** The user's routes, each the very object that came in, with their copies in the groups' order. */
  routes: { route: HTTPRoute; copies: Copy[] }[];
  dropped: Dropped[];
  scope: Scope;
}

export interface Rendering {
  /** The user's routes with ours before them. */
  http: HTTPRoute[];
  dropped: Dropped[];
}

/**
 * The routes of a VirtualService with these injections: before each eligible route one copy for each match of an env, by precedence.
 * The user's own routes keep their order and are the very objects that came in.
 */
export function renderRoutes(
  users: UsersVirtualService,
  injections: readonly PlannedInjection[],
  scope: Scope,
): Rendering {
  const draft = draftRoutes(users, injections, scope);
  return { http: routesFor(draft, injections), dropped: draft.dropped };
}

export function draftRoutes(
  users: UsersVirtualService,
  injections: readonly PlannedInjection[],
  scope: Scope,
): Draft {
  return draftPairs(users, pairsByPrecedence(injections, scope), scope);
}

/** The same for these pairs alone, by precedence. */
export function draftPairs(users: UsersVirtualService, pairs: Pair[], scope: Scope): Draft {
  const own = httpOf(users);
  const draftScope = { ...scope, shouldCompile: compiledRegexes(own) };
  const groups = groupsOf(pairs);
  const isValidPair = prevalidatePairs(draftScope);
  const claimantsOf = claimantFinder(injectionsOf(pairs));
  const hasEntries = groups.some(({ selector }) => selector.way !== undefined);
  const hosts = new Set(pairs.map(({ injection }) => injection.host));
  const dropped: Dropped[] = [];
  const routes = own.map((route) => {
    // Most routes of merges are to Services of their own.
    if (!hasEntries && !concernsOne(route, hosts, scope)) return { route, copies: [] };
    const copyFor = copier(route, isValidPair, dropped, claimantsOf, draftScope);
    const copies: Copy[] = [];
    for (const group of groups) {
      const copy = copyFor(group);
      if (copy !== undefined) copies.push(copy);
    }
    return { route, copies };
  });
  return { pairs, groups, routes, dropped, scope: draftScope };
}

/** Each injection once, the older env first: in this order they claim the targets of an entry's copies. */
function injectionsOf(pairs: readonly Pair[]): readonly PlannedInjection[] {
  const hasEntries = pairs.some(({ injection }) => injection.entry !== undefined);
  if (!hasEntries) return [];
  return [...new Set(pairs.map(({ injection }) => injection))].sort(olderFirst);
}

/**
 * The routes if only these of the draft's injections are rendered, in the same order as from a draft of only these: admission drafts
 * no others.
 */
export function routesFor(
  { pairs, groups, routes, scope }: Draft,
  injections: readonly PlannedInjection[],
): HTTPRoute[] {
  const wanted = new Set(injections);
  const isShared = groups.length < pairs.length;
  const inOrder = isShared ? orderBy(pairs, wanted) : (copies: readonly Copy[]) => copies;
  const http: HTTPRoute[] = [];
  for (const { route, copies } of routes) {
    for (const copy of withIdleLast(inOrder(copies), wanted)) {
      const part = partOf(copy, route, wanted, scope);
      if (part !== undefined) http.push(part);
    }
    http.push(route);
  }
  return http;
}

/**
 * An entry's copy for one of its env's own matches that leads to no clone only sets headers. It must not take requests of other envs
 * that have a clone here, so it comes last.
 */
function withIdleLast(
  copies: readonly Copy[],
  wanted: ReadonlySet<PlannedInjection>,
): readonly Copy[] {
  const isIdle = ({ group, claimants = [] }: Copy) =>
    group.selector.way === 'match' && !claimants.some((one) => wanted.has(one));
  if (!copies.some(isIdle)) return copies;
  return [...copies.filter((copy) => !isIdle(copy)), ...copies.filter(isIdle)];
}

/** Sorts copies by the first wanted pair of their group. */
function orderBy(pairs: readonly Pair[], wanted: ReadonlySet<PlannedInjection>) {
  const places = new Map(pairs.map((pair, place) => [pair, place]));
  const placeOf = ({ group }: Copy) => {
    const first = group.pairs.find(({ injection }) => wanted.has(injection));
    return (first && places.get(first)) ?? pairs.length;
  };
  return (copies: readonly Copy[]) =>
    copies
      .map((copy) => ({ copy, place: placeOf(copy) }))
      .sort((a, b) => a.place - b.place)
      .map(({ copy }) => copy);
}
