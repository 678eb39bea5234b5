import { RESPONSE_HEADER } from '../api/marks.ts';
import type { HTTPRoute, HTTPRouteDestination } from '../istio/types.ts';
import { validateRoute } from '../istio/validate-route.ts';
import { byText } from '../k8s/canonical.ts';
import { andMatch } from './and-match.ts';
import { eligibleDestination, labelOf } from './eligible.ts';
import { orderedPairs, type Pair } from './pairs.ts';
import type { PlannedInjection } from './plan-codec.ts';
import type { Scope } from './scope.ts';
import { stripRoutes } from './strip.ts';

/** Why one pair has no copy before one eligible route, or one that leaves entries of its match out. */
export interface Dropped {
  pair: Pair;
  state: 'skipped' | 'invalid';
  message: string;
  /** Nothing is lost: none of the env's requests could have met the route. */
  isHarmless: boolean;
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
  const pairs = orderedPairs(injections);
  const dropped: Dropped[] = [];
  const rendered = stripRoutes(http).flatMap((route) => {
    const copies = pairs.flatMap((pair) => {
      const outcome = copyRoute(route, pair, scope);
      dropped.push(...outcome.dropped);
      return outcome.copies;
    });
    return [...copies, route];
  });
  return { http: rendered, dropped };
}

interface Outcome {
  /** One or none. */
  copies: HTTPRoute[];
  dropped: Dropped[];
}

function copyRoute(route: HTTPRoute, pair: Pair, scope: Scope): Outcome {
  const { injection, match, routeName } = pair;
  const target = eligibleDestination(route, injection, scope);
  if (target === undefined) return { copies: [], dropped: [] };
  const { entries, skips } = andMatch(route.match, match, scope);
  const dropped = skips.map(({ reason, isHarmless }): Dropped => {
    return { pair, state: 'skipped', message: `${labelOf(route)} ${reason}`, isHarmless };
  });
  if (entries.length === 0) return { copies: [], dropped };
  const { name: _name, match: _match, ...kept } = route;
  // In the order in which people write routes.
  const copy = { name: routeName, match: entries, ...kept, route: [pointAt(target, injection)] };
  const [problem] = validateRoute(copy, scope).sort((a, b) => byText(a.field, b.field));
  if (problem === undefined) return { copies: [copy], dropped };
  const message = `Istio would refuse the copy of ${labelOf(route)}: ${problem.field}: ${problem.message}`;
  return {
    copies: [],
    dropped: [...dropped, { pair, state: 'invalid', message, isHarmless: false }],
  };
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
