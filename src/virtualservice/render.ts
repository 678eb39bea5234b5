import { RESPONSE_HEADER } from '../api/marks.ts';
import type { HTTPRoute, HTTPRouteDestination } from '../istio/types.ts';
import { validateRoute } from '../istio/validate-route.ts';
import { andMatch } from './and-match.ts';
import { eligibleDestination, type HostScope } from './eligible.ts';
import { orderedPairs, type Pair } from './pairs.ts';
import type { PlannedInjection } from './plan-codec.ts';
import { stripRoutes } from './strip.ts';

/** Why one pair has no copy before one eligible route. */
export interface Dropped {
  pair: Pair;
  state: 'skipped' | 'invalid';
  message: string;
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
  scope: HostScope,
): Rendering {
  const pairs = orderedPairs(injections);
  const dropped: Dropped[] = [];
  const rendered = stripRoutes(http).flatMap((route) => {
    const copies = pairs.flatMap((pair) => {
      const outcome = copyRoute(route, pair, scope);
      if (outcome?.dropped !== undefined) dropped.push(outcome.dropped);
      return outcome?.copy === undefined ? [] : [outcome.copy];
    });
    return [...copies, route];
  });
  return { http: rendered, dropped };
}

type Outcome = { copy: HTTPRoute; dropped?: never } | { copy?: never; dropped: Dropped };

/** Undefined: the route does not concern the pair. */
function copyRoute(route: HTTPRoute, pair: Pair, scope: HostScope): Outcome | undefined {
  const { injection, match, routeName } = pair;
  const target = eligibleDestination(route, injection, scope);
  if (target === undefined) return undefined;
  const label = `route ${route.name ? `"${route.name}"` : 'without a name'}`;
  const entries = andMatch(route.match, match);
  if (entries.length === 0) {
    const message = `${label} already decides on the same header, source label or gateway otherwise`;
    return { dropped: { pair, state: 'skipped', message } };
  }
  const { name: _name, match: _match, ...kept } = route;
  const destinations = [pointAt(target, injection)];
  const copy = { name: routeName, match: entries, ...kept, route: destinations };
  const problem = validateRoute(copy)[0];
  if (problem === undefined) return { copy };
  const message = `Istio would refuse the copy of ${label}: ${problem.field}: ${problem.message}`;
  return { dropped: { pair, state: 'invalid', message } };
}

function pointAt(target: HTTPRouteDestination, injection: PlannedInjection): HTTPRouteDestination {
  const { weight: _weight, ...kept } = target;
  const response = kept.headers?.response;
  return {
    ...kept,
    destination: { ...kept.destination, subset: injection.to },
    headers: {
      ...kept.headers,
      response: { ...response, add: { ...response?.add, [RESPONSE_HEADER]: injection.clone } },
    },
  };
}
