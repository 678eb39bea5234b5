import { type Covered, type MeshRoutes, meshRoutes } from './mesh-routes.ts';
import { type Port, streamProtocol } from './port-protocol.ts';
import type { VirtualService } from './types.ts';

const REACH = "so that they reach all pods, the clone's too";

/**
 * Where no route applies, a sidecar sends to all pods of a Service: on a port for which no VirtualService has a route for this sidecar, the
 * Service gets Istio's default route, which has no subset (istio `pilot/pkg/networking/core/route/route.go`,
 * BuildSidecarVirtualHostWrapper). The answer says why that may happen to requests to `host` (fully qualified), and what to do;
 * undefined: every sidecar has a route of a VirtualService for each port. Routes within delegates are not looked at.
 */
export function meshLeaks(virtualServices: readonly VirtualService[], clusterDomain: string) {
  const routesFor = meshRoutes(virtualServices, clusterDomain);
  return (host: string, ports: readonly Port[] = []): string | undefined => {
    const routes = routesFor(host);
    const [first] = routes;
    if (first === undefined) {
      return `no VirtualService for ${host} is bound to the gateway mesh, by which requests from within the mesh get their routes, ${REACH}; add "mesh" to the gateways and ${host} to the hosts of the one that names the base's subset`;
    }
    const exported = routes.filter(({ isExported }) => isExported);
    if (exported.length === 0) {
      return `VirtualService ${first.name} is for requests of some namespaces only (exportTo), and those of others get no routes, ${REACH}; take exportTo out of it`;
    }
    for (const port of ports.length > 0 ? ports : [undefined]) {
      const leak = portLeak(host, port, exported);
      if (leak !== undefined) return leak;
    }
    return undefined;
  };
}

/** `port`: undefined if it is not known. */
function portLeak(
  host: string,
  port: Port | undefined,
  routes: readonly MeshRoutes[],
): string | undefined {
  const stream = port && streamProtocol(port);
  const isCovered = ({ isEach, ports }: Covered) =>
    isEach || (port !== undefined && ports.has(port.port));
  if (routes.some(({ http, tcp }) => isCovered(stream === undefined ? http : tcp))) {
    return undefined;
  }
  const place = port === undefined ? host : `${host}, port ${port.port}`;
  if (stream === undefined) {
    return `for some requests to ${place}, no route of VirtualService ${routes[0]?.name} applies (each is for certain ports, sourceLabels or namespaces), ${REACH}; add a last route without such conditions that names the base's subset`;
  }
  return `http routes do not apply to ${place} (${stream}), so that its connections reach all pods, the clone's too; name the port "http-…" if it is HTTP, take it out of the Service, or route it by tcp to the base's subset`;
}
