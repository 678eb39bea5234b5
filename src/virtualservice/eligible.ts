import { fqdn } from '../istio/host.ts';
import {
  liveDestinations,
  mirrorDestinations,
  type RouteKind,
  routeKind,
} from '../istio/route-kinds.ts';
import type {
  Destination,
  HTTPRoute,
  HTTPRouteDestination,
  VirtualService,
} from '../istio/types.ts';
import { httpOf, type Scope } from './scope.ts';
import { stripRoutes } from './strip.ts';

/** Does this destination lead to the host (fully qualified)? */
function leadsTo({ host }: Destination, wanted: string, scope: Scope): boolean {
  return fqdn(host, scope.namespace, scope.clusterDomain) === wanted;
}

/** Is one of the route's destinations the host, whatever the subset? */
export function concerns(route: HTTPRoute, host: string, scope: Scope): boolean {
  return (route.route ?? []).some(({ destination }) => leadsTo(destination, host, scope));
}

const REASONS: Record<RouteKind, string | undefined> = {
  redirect: 'it redirects',
  directResponse: 'it answers directly',
  delegate: 'it delegates to another VirtualService, which gets routes of its own',
  plain: undefined,
};

/** Why no copy of a route can be made, whatever the env asks; undefined when it routes to destinations. */
export function unroutable(route: HTTPRoute): string | undefined {
  return REASONS[routeKind(route)];
}

/** The destination of an eligible route that a copy keeps: the host with one of the base's subsets. */
export function eligibleDestination(
  route: HTTPRoute,
  want: { host: string; from: readonly string[] },
  scope: Scope,
): HTTPRouteDestination | undefined {
  if (unroutable(route) !== undefined) return undefined;
  return route.route?.find(
    ({ destination }) =>
      destination.subset !== undefined &&
      want.from.includes(destination.subset) &&
      leadsTo(destination, want.host, scope),
  );
}

/** Which route sends to the host without naming a subset, so that its requests reach every pod of the Service. */
export function unguardedRoute(
  virtualService: VirtualService,
  host: string,
  scope: Scope,
): string | undefined {
  const leaks = (destination: Destination) =>
    !destination.subset && leadsTo(destination, host, scope);
  const http = stripRoutes(httpOf(virtualService));
  const route = http.find(({ route: targets }) =>
    targets?.some(({ destination }) => leaks(destination)),
  );
  if (route !== undefined) return labelOf(route);
  const others = { ...virtualService, spec: { ...virtualService.spec, http: [] } };
  if (liveDestinations(others).some(leaks)) return 'a tcp or tls route';
  const users = { ...virtualService, spec: { ...virtualService.spec, http } };
  return mirrorDestinations(users).some(leaks) ? 'a mirror' : undefined;
}

/** A route in words. */
export function labelOf({ name }: HTTPRoute): string {
  return name ? `route "${name}"` : 'a route without a name';
}
