import type { HTTPRoute } from '../istio/types.ts';
import { validateRoute } from '../istio/validate-route.ts';
import { byText } from '../k8s/canonical.ts';
import { andMatch } from './and-match.ts';
import { eligibleDestinations, labelOf } from './eligible.ts';
import { pairProblem } from './pair-problem.ts';
import { orderedPairs, type Pair } from './pairs.ts';
import type { PlannedInjection } from './plan-codec.ts';
import { pointAt } from './point-at.ts';
import type { Scope } from './scope.ts';
import { soundPairs, soundRoutes } from './sound.ts';
import { stripRoutes } from './strip.ts';
import { toldRegexes } from './told-regexes.ts';

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
  /** The user's routes, each the very object that came in, with their copies in the pairs' order. */
  routes: { route: HTTPRoute; copies: Copy[] }[];
  dropped: Dropped[];
}

export interface Copy {
  injection: PlannedInjection;
  route: HTTPRoute;
}

export interface Rendering {
  /** The user's routes with ours before them. */
  http: HTTPRoute[];
  dropped: Dropped[];
}

/**
 * The routes a VirtualService is to carry: before each eligible route a copy per pair, in the pairs' order.
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
  const own = stripRoutes(http);
  const judging = { ...scope, isTold: toldRegexes(own) };
  const isSoundPair = soundPairs(judging);
  const dropped: Dropped[] = [];
  const routes = own.map((route) => {
    const copyFor = copier(route, isSoundPair, dropped, judging);
    const copies: Copy[] = [];
    for (const pair of pairs) {
      const copy = copyFor(pair);
      if (copy !== undefined) copies.push({ injection: pair.injection, route: copy });
    }
    return { route, copies };
  });
  return { pairs, routes, dropped };
}

/** Makes the copies of one route. What cannot be made is put to what was dropped. */
function copier(
  route: HTTPRoute,
  isSoundPair: (pair: Pair) => boolean,
  dropped: Dropped[],
  scope: Scope,
): (pair: Pair) => HTTPRoute | undefined {
  const targetFor = eligibleDestinations(route, scope);
  const isSoundRoute = soundRoutes(route, scope);
  const { name: _name, match: own, ...kept } = route;
  // In the order in which people write routes.
  const blank = { name: '', match: [], ...kept };
  return (pair) => {
    const { injection, match, routeName } = pair;
    const target = targetFor(injection);
    if (target === undefined) return undefined;
    const { entries, skips } = andMatch(own, match, scope);
    for (const { reason, isHarmless } of skips) {
      dropped.push({ pair, state: 'skipped', message: `${labelOf(route)} ${reason}`, isHarmless });
    }
    if (entries.length === 0) return undefined;
    const copy = { ...blank, name: routeName, match: entries, route: [pointAt(target, injection)] };
    // Where both are sound, nothing that Istio or Envoy would refuse can come out.
    const isSound = isSoundRoute(target) && isSoundPair(pair);
    const message = isSound ? undefined : refusal(pair, copy, route, scope);
    if (message === undefined) return copy;
    dropped.push({ pair, state: 'invalid', message, isHarmless: false });
    return undefined;
  };
}

/** The rendering with these of the draft's injections alone. */
export function routesFor({ routes }: Draft, injections: readonly PlannedInjection[]): HTTPRoute[] {
  const wanted = new Set(injections);
  const http: HTTPRoute[] = [];
  for (const { route, copies } of routes) {
    for (const copy of copies) if (wanted.has(copy.injection)) http.push(copy.route);
    http.push(route);
  }
  return http;
}

/** Why Envoy or Istio would refuse the copy; undefined: they would not. */
function refusal(pair: Pair, copy: HTTPRoute, route: HTTPRoute, scope: Scope): string | undefined {
  const ofPair = pairProblem(pair);
  if (ofPair !== undefined) return ofPair;
  const [problem] = validateRoute(copy, scope).sort((a, b) => byText(a.field, b.field));
  if (problem === undefined) return undefined;
  return `Istio would refuse the copy of ${labelOf(route)}: ${problem.field}: ${problem.message}`;
}
