import { type Covered, type MeshRoutes, meshRoutes } from './mesh-routes.ts';
import { isDetected, type Port, streamProtocol } from './port-protocol.ts';
import type { VirtualService } from './types.ts';

/** At most this many ports are named. */
const MAX_NAMED = 3;
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
    return portsLeak(host, ports, exported);
  };
}

function portsLeak(
  host: string,
  ports: readonly Port[],
  routes: readonly MeshRoutes[],
): string | undefined {
  for (const port of ports.length > 0 ? ports : [undefined]) {
    const leak = portLeak(host, port, routes);
    if (leak !== undefined) return leak;
  }
  return ports.length > 1 ? detectedLeak(host, ports, routes) : undefined;
}

/**
 * On a port whose protocol Istio detects, only a tcp route keeps connections that are not HTTP away from the clone. That http routes
 * suffice is taken for granted where they must be about this very port: it is the Service's only one, or the match names it. A route of a
 * broker's web page says nothing about its port for messages.
 */
function detectedLeak(
  host: string,
  ports: readonly Port[],
  routes: readonly MeshRoutes[],
): string | undefined {
  const isRouted = (port: number) =>
    routes.some(({ http, tcp }) => tcp.isEach || tcp.ports.has(port) || http.ports.has(port));
  const open = ports.filter((one) => isDetected(one) && !isRouted(one.port));
  const [first] = open;
  if (first === undefined) return undefined;
  const named = open.slice(0, MAX_NAMED).map(({ port }) => port);
  const place = `${host}, port ${named.join(', ')}${open.length > MAX_NAMED ? ' …' : ''}`;
  return `Istio finds out for each connection to ${place}, whether it is HTTP, and those that are not reach all pods, the clone's too; name the port "http-…" or "grpc-…" if it is that, or add a tcp route of port ${first.port} to the base's subset`;
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
