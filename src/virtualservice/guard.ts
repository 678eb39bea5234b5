import type { RouteInjection } from '../api/routeinjection.ts';
import { fqdn } from '../istio/host.ts';
import { liveDestinations, mirrorDestinations } from '../istio/route-kinds.ts';
import type { Destination, VirtualService } from '../istio/types.ts';
import { labelOf } from './eligible.ts';
import { httpOf, type Scope } from './scope.ts';
import { withoutOurRoutes } from './strip.ts';

/** In words, which routes send regular requests to subsets that select a clone's pods, too, and what to do; one of each subset. */
export function exposedRoutes(
  virtualService: VirtualService,
  { spec: { host, exposed = [] } }: RouteInjection,
  scope: Scope,
): string[] {
  if (exposed.length === 0) return [];
  const users = withoutOurRoutes(virtualService);
  const routes = routesBySubset(users, host, scope);
  return exposed.flatMap(({ subset, remedy }) => {
    const label = routes.get(subset);
    if (label === undefined) return [];
    return `${label} sends to ${host} with subset ${subset}, which selects the clone's pods, too, so that regular requests reach them; ${remedy}`;
  });
}

/** By subset of the host the first route that names it. */
function routesBySubset(
  virtualService: VirtualService,
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
  for (const route of httpOf(virtualService)) look(live({ http: [route] }), labelOf(route));
  look(live({ ...virtualService.spec, http: [] }), 'a tcp or tls route');
  look(mirrorDestinations(virtualService), 'a mirror');
  return found;

  function live(spec: VirtualService['spec']): Destination[] {
    return liveDestinations({ ...virtualService, spec });
  }
}
