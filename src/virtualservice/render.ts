import type { HTTPMatchRequest, HTTPRoute } from '../istio/types.ts';
import { validateRoute } from '../istio/validate-route.ts';
import { byText } from '../k8s/canonical.ts';
import { andMatch } from './and-match.ts';
import { eligibleDestinations, labelOf } from './eligible.ts';
import { type Group, groupsOf } from './groups.ts';
import { ledTargets } from './lead.ts';
import { orderedPairs, type Pair } from './pairs.ts';
import type { PlannedInjection } from './plan-codec.ts';
import { pointAt } from './point-at.ts';
import type { Scope } from './scope.ts';
import { soundPairs, soundRoute } from './sound.ts';
import { stripRoutes } from './strip.ts';

/** Why one pair has no copy before one eligible route, or one that leaves entries of its match out. */
export interface Dropped {
  pair: Pair;
  state: 'skipped' | 'invalid';
  message: string;
  /** Nothing is lost: none of the env's requests could have met the route. */
  isHarmless: boolean;
}

/** Everything that some injections can make of a VirtualService, before it is settled which of them are to be rendered. */
export interface Draft {
  /** Of all injections, in order. */
  pairs: Pair[];
  /** The pairs by env and match, in order. */
  groups: Group[];
  /** The user's routes, each the very object that came in, with their copies in the groups' order. */
  routes: { route: HTTPRoute; copies: Copy[] }[];
  dropped: Dropped[];
  scope: Scope;
}

/** What one group makes of one route. */
export interface Copy {
  /** The pairs that have a target in the route, in order; none is left out of the group for lack of room yet. */
  pairs: readonly Pair[];
  /** The copy, when all of them are rendered. */
  route: HTTPRoute;
}

export interface Rendering {
  /** The user's routes with ours before them. */
  http: HTTPRoute[];
  dropped: Dropped[];
}

/**
 * The routes a VirtualService is to carry: before each eligible route a copy per match of each env, in the pairs' order.
 * The user's own routes keep their order and are the very objects that came in.
 */
export function renderRoutes(
  http: readonly HTTPRoute[],
  injections: readonly PlannedInjection[],
  scope: Scope,
): Rendering {
  const draft = draftRoutes(http, injections, scope);
  return { http: routesFor(draft, injections), dropped: draft.dropped };
}

export function draftRoutes(
  http: readonly HTTPRoute[],
  injections: readonly PlannedInjection[],
  scope: Scope,
): Draft {
  const pairs = orderedPairs(injections);
  const groups = groupsOf(pairs);
  const isSoundPair = soundPairs(scope);
  const dropped: Dropped[] = [];
  const routes = stripRoutes(http).map((route) => {
    const copyFor = copier(route, isSoundPair, dropped, scope);
    const copies: Copy[] = [];
    for (const group of groups) {
      const copy = copyFor(group);
      if (copy !== undefined) copies.push(copy);
    }
    return { route, copies };
  });
  return { pairs, groups, routes, dropped, scope };
}

/** Makes the copies of one route. What cannot be made is put to what was dropped. */
function copier(
  route: HTTPRoute,
  isSoundPair: (pair: Pair) => boolean,
  dropped: Dropped[],
  scope: Scope,
): (group: Group) => Copy | undefined {
  const targetFor = eligibleDestinations(route, scope);
  const isSound = soundRoute(route, scope);
  const { name: _name, match: own, ...kept } = route;
  // In the order in which people write routes.
  const blank = { name: '', match: [], ...kept };
  const isSplit = (route.route ?? []).length > 1;
  const made = ({ injection, routeName }: Pair, match: HTTPMatchRequest[]): HTTPRoute => {
    const [target] = route.route ?? [];
    const led = isSplit || target === undefined ? ledTargets(route, [injection], scope) : [pointAt(target, injection)];
    return { ...blank, name: routeName, match, route: led };
  };
  return (group) => {
    const [first, ...others] = eligiblePairs(group, targetFor);
    if (first === undefined) return undefined;
    const { entries, skips } = andMatch(own, group.match, scope);
    const judged = (pair: Pair): HTTPRoute | undefined => {
      for (const { reason, isHarmless } of skips) {
        dropped.push({ pair, state: 'skipped', message: `${labelOf(route)} ${reason}`, isHarmless });
      }
      if (entries.length === 0) return undefined;
      const copy = made(pair, entries);
      // Where both are sound, nothing that Istio would refuse can come out.
      const message = isSound() && isSoundPair(pair) ? undefined : refusal(copy, route, scope);
      if (message === undefined) return copy;
      dropped.push({ pair, state: 'invalid', message, isHarmless: false });
      return undefined;
    };
    const copy = judged(first);
    if (others.length === 0) {
      return copy && { pairs: group.pairs.length === 1 ? group.pairs : [first], route: copy };
    }
    // What each makes by itself Istio takes, so it takes what they make together.
    const pairs = [...(copy ? [first] : []), ...others.filter((pair) => judged(pair))];
    const [leading] = pairs;
    return leading && { pairs, route: together(made(leading, entries), route, pairs, scope) };
  };
}

function eligiblePairs(
  { pairs }: Group,
  targetFor: (injection: PlannedInjection) => unknown,
): readonly Pair[] {
  return pairs.filter(({ injection }) => targetFor(injection) !== undefined);
}

/** The copy, leading to the clones of these pairs alone. */
function together(
  copy: HTTPRoute,
  route: HTTPRoute,
  pairs: readonly Pair[],
  scope: Scope,
): HTTPRoute {
  const injections = pairs.map(({ injection }) => injection);
  const name = pairs[0]?.routeName ?? '';
  return { ...copy, name, route: ledTargets(route, injections, scope) };
}

/** The rendering with these of the draft's injections alone. */
export function routesFor(
  { routes, scope }: Draft,
  injections: readonly PlannedInjection[],
): HTTPRoute[] {
  const wanted = new Set(injections);
  const http: HTTPRoute[] = [];
  for (const { route, copies } of routes) {
    for (const copy of copies) {
      const part = partOf(copy, route, wanted, scope);
      if (part !== undefined) http.push(part);
    }
    http.push(route);
  }
  return http;
}

/** What is left of a copy when only these injections are rendered. */
export function partOf(
  { pairs, route: copy }: Copy,
  route: HTTPRoute,
  wanted: ReadonlySet<PlannedInjection>,
  scope: Scope,
): HTTPRoute | undefined {
  const [only, ...others] = pairs;
  if (only !== undefined && others.length === 0) return wanted.has(only.injection) ? copy : undefined;
  const left = pairs.filter(({ injection }) => wanted.has(injection));
  if (left.length === pairs.length) return copy;
  return left.length === 0 ? undefined : together(copy, route, left, scope);
}

/** Why Istio would refuse the copy; undefined: it would not. */
function refusal(copy: HTTPRoute, route: HTTPRoute, scope: Scope): string | undefined {
  const [problem] = validateRoute(copy, scope).sort((a, b) => byText(a.field, b.field));
  if (problem === undefined) return undefined;
  return `Istio would refuse the copy of ${labelOf(route)}: ${problem.field}: ${problem.message}`;
}
