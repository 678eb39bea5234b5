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

/** Does this destination send to the host (fully qualified)? */
function sendsTo({ host }: Destination, wanted: string, scope: Scope): boolean {
  return fullName(host, scope) === wanted;
}

function fullName(host: string, { namespace, clusterDomain }: Scope): string {
  return fqdn(host, namespace, clusterDomain);
}

/** Is one of the route's destinations the host, whatever the subset? */
export function concerns(route: HTTPRoute, host: string, scope: Scope): boolean {
  return (route.route ?? []).some(({ destination }) => sendsTo(destination, host, scope));
}

/** The same for one of several hosts. Admission runs before schema validation: parts of a target may be missing. */
export function concernsOne(route: HTTPRoute, hosts: ReadonlySet<string>, scope: Scope): boolean {
  return (route.route ?? []).some((target) =>
    hosts.has(fullName(target?.destination?.host ?? '', scope)),
  );
}

const REASONS: Record<RouteKind, string | undefined> = {
  redirect: 'it redirects',
  directResponse: 'it has a direct response',
  delegate: 'it delegates to another VirtualService, which gets routes of its own',
  plain: undefined,
};

/** Why a route can never be copied; undefined when it routes to destinations. */
export function unroutable(route: HTTPRoute): string | undefined {
  return REASONS[routeKind(route)];
}

/**
 * The destinations that a copy replaces: those on the host with one of the base's subsets. If the env's version is behind another Service,
 * also those without a subset.
 */
interface BaseTargets {
  host: string;
  from: readonly string[];
  service?: object;
}

/** The subsets in destinations that a copy replaces; empty: a destination without one. */
export function replacedSubsets({
  from,
  service,
}: Pick<BaseTargets, 'from' | 'service'>): readonly string[] {
  return service === undefined ? from : [...from, ''];
}

/** The route's first destination that a copy replaces; undefined: the route is not eligible. */
export function eligibleDestination(
  route: HTTPRoute,
  want: BaseTargets,
  scope: Scope,
): HTTPRouteDestination | undefined {
  return eligibleDestinations(route, scope)(want);
}

/** The same for many injections; the full names of the route's hosts are computed once. */
export function eligibleDestinations(
  route: HTTPRoute,
  scope: Scope,
): (want: BaseTargets) => HTTPRouteDestination | undefined {
  if (unroutable(route) !== undefined) return () => undefined;
  const named: { target: HTTPRouteDestination; subset: string; host: string }[] = [];
  for (const target of route.route ?? []) {
    // Admission runs before schema validation: a target may have no destination or host.
    const { host = '', subset = '' } = target?.destination ?? {};
    named.push({ target, subset, host: fullName(host, scope) });
  }
  return (want) =>
    named.find((one) => one.host === want.host && replacedSubsets(want).includes(one.subset))
      ?.target;
}

/** The first route that sends to the host without a subset, in words: its requests reach every pod of the Service. */
export function unguardedRoute(
  users: UsersVirtualService,
  host: string,
  scope: Scope,
): string | undefined {
  const leaks = (destination: Destination) =>
    !destination.subset && sendsTo(destination, host, scope);
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
