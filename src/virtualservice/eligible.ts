import { fqdn } from '../istio/host.ts';
import { type RouteKind, routeKind } from '../istio/route-kinds.ts';
import type { HTTPRoute, HTTPRouteDestination } from '../istio/types.ts';

/** Where a VirtualService's short host names are looked up. */
export interface HostScope {
  /** The VirtualService's namespace. */
  namespace: string;
  clusterDomain: string;
}

/** Does this destination lead to the host (fully qualified)? */
export function leadsTo(target: HTTPRouteDestination, host: string, scope: HostScope): boolean {
  return fqdn(target.destination.host, scope.namespace, scope.clusterDomain) === host;
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
  scope: HostScope,
): HTTPRouteDestination | undefined {
  if (unroutable(route) !== undefined) return undefined;
  return route.route?.find(
    (target) =>
      target.destination.subset !== undefined &&
      want.from.includes(target.destination.subset) &&
      leadsTo(target, want.host, scope),
  );
}

/** Does a route send to the host without naming a subset, so that its requests reach every pod of the Service? */
export function isUnguarded(route: HTTPRoute, host: string, scope: HostScope): boolean {
  return (route.route ?? []).some(
    (target) => !target.destination.subset && leadsTo(target, host, scope),
  );
}
