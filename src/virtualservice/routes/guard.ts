import type { RouteInjection } from '../../api/routeinjection.ts';
import { fqdn } from '../../istio/host.ts';
import { liveDestinations, mirrorDestinations } from '../../istio/route-kinds.ts';
import type { Destination, VirtualService } from '../../istio/types.ts';
import { labelOf } from './eligible.ts';
import { httpOf, type Scope } from './scope.ts';
import type { UsersVirtualService } from './strip.ts';

/**
 * For an injection, one sentence for each subset that also selects its clone's pods and that a route sends regular requests to: which
 * route, and what to do. The routes are searched once for each host.
 */
export function exposedRoutes(
  users: UsersVirtualService,
  scope: Scope,
): (injection: RouteInjection) => string[] {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return ({ spec: { host, exposed = [] } }) => {
    if (exposed.length === 0) return [];
    const routes = known.get(host) ?? routesBySubset(users, host, scope);
    known.set(host, routes);
    return exposed.flatMap(({ subset, remedy }) => {
      const label = routes.get(subset);
      if (label === undefined) return [];
      return `${label} sends to ${host} with subset ${subset}, which selects the clone's pods, too, so that regular requests reach them; ${remedy}`;
    });
  };
}

/** For each subset of the host, the first route that names it, in words. */
function routesBySubset(
  users: UsersVirtualService,
  host: string,
  scope: Scope,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const look = (destinations: readonly Destination[], label: string) => {
    for (const { host: name, subset } of destinations) {
      if (!subset || found.has(subset)) continue;
      if (fqdn(name, scope.namespace, scope.clusterDomain) === host) found.set(subset, label);
    }
  };
  for (const route of httpOf(users)) look(live({ http: [route] }), labelOf(route));
  look(live({ ...users.spec, http: [] }), 'a tcp or tls route');
  look(mirrorDestinations(users), 'a mirror');
  return found;

  function live(spec: VirtualService['spec']): Destination[] {
    return liveDestinations({ ...users, spec });
  }
}
