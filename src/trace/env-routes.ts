import { RESPONSE_HEADER } from '../api/marks.ts';
import { isInjectedRouteName } from '../api/route-name.ts';
import type { HttpRequest, Mismatch } from '../istio/match-request.ts';
import { firstMismatch } from '../istio/match-request.ts';
import { nameOf } from '../istio/objects.ts';
import type { RouteEntry } from '../istio/route-table.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { orderedPairs, type Pair, routeNameOf } from '../virtualservice/pairs.ts';
import type { PlannedInjection } from '../virtualservice/plan-codec.ts';
import type { Wish, World } from './world.ts';

/** The route as somebody or some env wrote it: a delegate's own, where it stands for another. */
export function writtenRoute(
  { place, delegate }: Pick<RouteEntry, 'place' | 'delegate'>,
  world: World,
): { virtualService: VirtualService; route: HTTPRoute; index: number } | undefined {
  const { virtualService: name, routeIndex: index } = delegate ?? place;
  const virtualService = world.mesh.virtualServices.find((vs) => nameOf(vs) === name);
  const route = virtualService?.spec.http?.[index];
  return virtualService && route && { virtualService, route, index };
}

/** Whose route it is: an env, and what it wanted if that is known; undefined: somebody's own. */
export function envOfRow(
  row: Pick<RouteEntry, 'place' | 'delegate'>,
  world: World,
): { env: string; wish?: Wish } | undefined {
  const route = writtenRoute(row, world)?.route;
  if (route === undefined || !isInjectedRouteName(route.name)) return undefined;
  const wish = world.wishes.find(
    ({ injection }) => injection && routeNameOf(injection) === route.name,
  );
  if (wish) return { env: wish.env, wish };
  const env = world.workloads.find(
    (one) => one.env !== undefined && isRouteTo(route, { ...one, env: one.env }),
  )?.env;
  return { env: env ?? String(route.name) };
}

/** Does the route tell its caller that this clone answers? */
function isRouteTo(
  { name = '', route = [] }: HTTPRoute,
  clone: { env: string; name: string },
): boolean {
  return (
    name.startsWith(`dynamic-environment-${clone.env}-`) &&
    route.some(({ headers }) => headers?.response?.add?.[RESPONSE_HEADER] === clone.name)
  );
}

/** The user's route before which an env's copy stands; the route itself when it is a user's. */
export function baseRoute(
  row: Pick<RouteEntry, 'place' | 'delegate'>,
  world: World,
): { virtualService: VirtualService; route: HTTPRoute } | undefined {
  const written = writtenRoute(row, world);
  if (written === undefined) return undefined;
  const { virtualService, index } = written;
  const route = (virtualService.spec.http ?? [])
    .slice(index)
    .find(({ name }) => !isInjectedRouteName(name));
  return route && { virtualService, route };
}

/** The first of the env's matches that the request meets, in the order of their routes; else what each of them lacks. */
export function metMatch(
  injection: PlannedInjection,
  request: HttpRequest,
): { pair: Pair } | { failed: (Mismatch & { matchIndex: number })[] } {
  const pairs = orderedPairs([injection]).map((pair) => ({ pair, failed: unmet(pair, request) }));
  const met = pairs.find(({ failed }) => failed === undefined);
  if (met) return { pair: met.pair };
  const failed = pairs
    .flatMap(({ pair, failed: one }) => (one ? { matchIndex: pair.matchIndex, ...one } : []))
    .sort((a, b) => a.matchIndex - b.matchIndex);
  return { failed };
}

function unmet({ match }: Pair, request: HttpRequest): Mismatch | undefined {
  const { headers, sourceLabels } = match;
  const entry = { ...(headers ? { headers } : {}), ...(sourceLabels ? { sourceLabels } : {}) };
  return firstMismatch(entry, request, '');
}
