import type { RoutePlace } from './delegates.ts';
import { MESH, proxyNamespace } from './gateway-name.ts';
import { DEFAULT_PORT, type HttpRequest, requestMismatch } from './match-request.ts';
import { routeKind } from './route-kinds.ts';
import type { RouteEntry } from './route-rows.ts';
import { routeTable } from './route-table.ts';
import { type MeshService, type MeshSettings, servesPort, subsetsOf } from './subset-lookup.ts';
import type { DestinationRule, HTTPRouteDestination, VirtualService } from './types.ts';

/** Everything that decides where a request goes. */
export interface Mesh extends MeshSettings {
  virtualServices: readonly VirtualService[];
  destinationRules: readonly DestinationRule[];
  services: readonly MeshService[];
}

/** A request for a host, given by its full name. `authority` is what the caller wrote, possibly short or with a port. */
export interface HostRequest extends HttpRequest {
  host: string;
}

/**
 * The route that matched the request: its place, its name, and the index of the match entry (absent when the route has
 * no match).
 */
export interface RouteHit extends RoutePlace {
  routeName?: string;
  matchIndex?: number;
  delegate?: RoutePlace;
}

/**
 * The pods that get `share` (0..1) of such requests. `labels`: the service's selector and the subset's labels.
 * `unavailable`: the caller gets a 503. The caller's proxy does not know the service, its port or the subset, or the
 * subset selects pods that the service never selects.
 */
export interface ReachedDestination {
  host: string;
  subset?: string;
  share: number;
  labels?: Readonly<Record<string, string>>;
  unavailable?: 'no-service' | 'no-port' | 'no-subset' | 'no-pods';
}

/**
 * The result for a request. `destinations` without `hit`: no VirtualService applies, and the service itself answers.
 * `none`: `unknown-host` is neither a service nor a host of a VirtualService (a sidecar may let it pass through, a
 * gateway answers 404). `no-route`: there are routes, and none of them matches (404). `no-destination`: the route has
 * no destination.
 */
export type Outcome =
  | { kind: 'destinations'; hit?: RouteHit; destinations: readonly ReachedDestination[] }
  | { kind: 'redirect' | 'directResponse'; hit: RouteHit }
  | { kind: 'none'; reason: 'unknown-host' | 'no-route' | 'no-destination'; hit?: RouteHit };

/** Follows one request through the mesh as Istio and Envoy do. */
export function evaluate(request: HostRequest, mesh: Mesh): Outcome {
  const table = routeTable(request.host, request, mesh);
  if (!table) return withoutVirtualService(request, mesh);
  const entry = table.find(({ match }) => !requestMismatch(match, request));
  return entry ? outcomeOf(entry, request, mesh) : { kind: 'none', reason: 'no-route' };
}

/** Without a VirtualService a gateway serves no host. */
function withoutVirtualService(request: HostRequest, mesh: Mesh): Outcome {
  const host = request.host.toLowerCase();
  const service = mesh.services.find((known) => known.host === host);
  // An alias has no routes of its own. Its names belong to the routes of its service (`requestHost`).
  const isServed =
    service && !service.aliasFor && servesPort(service, request.port ?? DEFAULT_PORT);
  if (!isServed || request.gateway !== MESH) return { kind: 'none', reason: 'unknown-host' };
  return {
    kind: 'destinations',
    destinations: [{ host, share: 1, labels: service.selector ?? {} }],
  };
}

function outcomeOf(entry: RouteEntry, request: HostRequest, mesh: Mesh): Outcome {
  const hit = hitOf(entry);
  const kind = routeKind(entry.route);
  if (kind === 'redirect' || kind === 'directResponse') return { kind, hit };
  const shares = sharesOf(entry.route.route ?? []);
  if (shares.length === 0) return { kind: 'none', reason: 'no-destination', hit };
  return {
    kind: 'destinations',
    hit,
    destinations: shares.map(([target, share]) => reached(target, share, request, mesh)),
  };
}

function hitOf({ place, delegate, route, matchIndex }: RouteEntry): RouteHit {
  return {
    ...place,
    ...(route.name ? { routeName: route.name } : {}),
    ...(matchIndex === undefined ? {} : { matchIndex }),
    ...(delegate ? { delegate } : {}),
  };
}

/** The weight of a single destination is ignored. Among several, those with weight 0 get no request. */
function sharesOf(
  targets: readonly HTTPRouteDestination[],
): readonly (readonly [HTTPRouteDestination, number])[] {
  if (targets.length === 1) return targets.map((target) => [target, 1]);
  const total = targets.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return targets
    .filter(({ weight = 0 }) => weight > 0)
    .map((target) => [target, (target.weight ?? 0) / total]);
}

/** Subsets are looked up as the proxy that sends the request sees them. */
function reached(
  { destination }: HTTPRouteDestination,
  share: number,
  request: HostRequest,
  mesh: Mesh,
): ReachedDestination {
  const { subset } = destination;
  const named = mesh.services.find((known) => known.host === destination.host);
  const host = destinationHost(destination.host, named, request);
  const target = { host, ...(subset ? { subset } : {}), share };
  const service = host === named?.host ? named : mesh.services.find((one) => one.host === host);
  // An alias of an alias has no cluster: no request is sent to an alias itself.
  if (!named || !service || service.aliasFor) return { ...target, unavailable: 'no-service' };
  const port = destination.port?.number ?? defaultPort(named, request);
  if (!servesPort(service, port)) return { ...target, unavailable: 'no-port' };
  const selector = service.selector ?? {};
  if (!subset) return { ...target, labels: selector };
  const client = {
    namespace: proxyNamespace(request),
    labels: request.sourceLabels ?? {},
  };
  const found = subsetsOf(service, client, mesh.destinationRules, mesh).find(
    ({ name }) => name === subset,
  );
  if (!found) return { ...target, unavailable: 'no-subset' };
  const conflict = Object.entries(found.labels).some(
    ([key, value]) => Object.hasOwn(selector, key) && selector[key] !== value,
  );
  if (conflict) return { ...target, unavailable: 'no-pods' };
  return { ...target, labels: { ...selector, ...found.labels } };
}

/**
 * The host whose pods a destination selects. For an alias it is the aliased host, if the proxy knows the alias; a
 * sidecar knows it only on the alias's ports (GetDestinationCluster in istio
 * `pilot/pkg/networking/core/route/route.go`).
 */
function destinationHost(
  host: string,
  named: MeshService | undefined,
  request: HostRequest,
): string {
  if (!named?.aliasFor) return host;
  const isKnown = request.gateway !== MESH || servesPort(named, request.port ?? DEFAULT_PORT);
  return isKnown ? named.aliasFor : host;
}

/**
 * The port of a destination without one: the port of the request. Only a gateway takes a service's single port instead.
 * A sidecar's registry holds for each service just the port of the request (GetDestinationCluster in istio
 * `pilot/pkg/networking/core/route/route.go`, BuildSidecarOutboundVirtualHosts in `httproute.go`).
 */
function defaultPort({ ports = [] }: MeshService, request: HostRequest): number {
  const addressed = request.port ?? DEFAULT_PORT;
  return request.gateway !== MESH && ports.length === 1 ? (ports[0] ?? addressed) : addressed;
}
