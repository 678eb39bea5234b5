import { fqdn } from '../../istio/host.ts';
import {
  liveDestinations,
  mirrorDestinations,
  type RouteKind,
  routeKind,
} from '../../istio/route-kinds.ts';
import type { Destination, HTTPRoute, HTTPRouteDestination } from '../../istio/types.ts';
import { httpOf, type Scope } from './scope.ts';
import type { UsersVirtualService } from './strip.ts';

/** Does this destination lead to the host (fully qualified)? */
function leadsTo({ host }: Destination, wanted: string, scope: Scope): boolean {
  return fullName(host, scope) === wanted;
}

function fullName(host: string, { namespace, clusterDomain }: Scope): string {
  return fqdn(host, namespace, clusterDomain);
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

/** What a copy has to do with: the host, and the subsets of it that are the base's. */
interface Want {
  host: string;
  from: readonly string[];
}

/** The destination of an eligible route that a copy keeps: the host with one of the base's subsets. */
export function eligibleDestination(
  route: HTTPRoute,
  want: Want,
  scope: Scope,
): HTTPRouteDestination | undefined {
  return eligibleDestinations(route, scope)(want);
}

/** The same for many wants of one route, whose hosts get their full names once. */
export function eligibleDestinations(
  route: HTTPRoute,
  scope: Scope,
): (want: Want) => HTTPRouteDestination | undefined {
  if (unroutable(route) !== undefined) return () => undefined;
  const named: { target: HTTPRouteDestination; subset: string; host: string }[] = [];
  for (const target of route.route ?? []) {
    // Admission comes before the schema: there may be a target without destination or host.
    const { host = '', subset } = target?.destination ?? {};
    if (subset !== undefined) named.push({ target, subset, host: fullName(host, scope) });
  }
  return ({ host, from }) =>
    named.find((one) => one.host === host && from.includes(one.subset))?.target;
}

/** Which route sends to the host without naming a subset, so that its requests reach every pod of the Service. */
export function unguardedRoute(
  users: UsersVirtualService,
  host: string,
  scope: Scope,
): string | undefined {
  const leaks = (destination: Destination) =>
    !destination.subset && leadsTo(destination, host, scope);
  const route = httpOf(users).find(({ route: targets }) =>
    targets?.some(({ destination }) => leaks(destination)),
  );
  if (route !== undefined) return labelOf(route);
  const others = { ...users, spec: { ...users.spec, http: [] } };
  if (liveDestinations(others).some(leaks)) return 'a tcp or tls route';
  return mirrorDestinations(users).some(leaks) ? 'a mirror' : undefined;
}

/** A route in words. */
export function labelOf({ name }: HTTPRoute): string {
  return name ? `route "${name}"` : 'a route without a name';
}
