import type { RoutePlace } from './delegates.ts';
import { MESH, proxyNamespace } from './gateway-name.ts';
import { DEFAULT_PORT, type HttpRequest, requestMismatch } from './match-request.ts';
import { routeKind } from './route-kinds.ts';
import { type RouteEntry, routeTable } from './route-table.ts';
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

/** The route that took the request: its place, its name, and which of its match entries (none: it has no match). */
export interface RouteHit extends RoutePlace {
  routeName?: string;
  matchIndex?: number;
  delegate?: RoutePlace;
}

/**
 * A pod set that gets `share` (0..1) of such requests: pods with `labels`, the service's selector and the subset's labels.
 * With `unavailable` nobody gets them, the caller sees 503: the service, its port or the subset is not known to the
 * caller's proxy, or the subset asks for pods that the service never selects.
 */
export interface ReachedDestination {
  host: string;
  subset?: string;
  share: number;
  labels?: Readonly<Record<string, string>>;
  unavailable?: 'no-service' | 'no-port' | 'no-subset' | 'no-pods';
}

/**
 * What becomes of a request. `destinations` without `hit`: no VirtualService decides, the service itself answers.
 * `none`: `unknown-host` is neither service nor host of a VirtualService (in the mesh it may pass through, a gateway says
 * 404); `no-route`: there are routes, none of them fits (404); `no-destination`: the route sends nowhere.
 */
export type Outcome =
  | { kind: 'destinations'; hit?: RouteHit; destinations: readonly ReachedDestination[] }
  | { kind: 'redirect' | 'directResponse'; hit: RouteHit }
  | { kind: 'none'; reason: 'unknown-host' | 'no-route' | 'no-destination'; hit?: RouteHit };

/** Follow one request through the mesh as Istio and Envoy would. */
export function evaluate(request: HostRequest, mesh: Mesh): Outcome {
  const table = routeTable(request.host, request, mesh);
  if (!table) return withoutVirtualService(request, mesh);
  const entry = table.find(({ match }) => !requestMismatch(match, request));
  return entry ? outcomeOf(entry, request, mesh) : { kind: 'none', reason: 'no-route' };
}

/** A gateway serves nothing that no VirtualService sends it to. */
function withoutVirtualService(request: HostRequest, mesh: Mesh): Outcome {
  const host = request.host.toLowerCase();
  const service = mesh.services.find((known) => known.host === host);
  // An alias has no routes of its own: its names are the service's (`requestHost`).
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

/** The weight of a single destination does not count; among several those of weight 0 get nothing. */
function sharesOf(
  targets: readonly HTTPRouteDestination[],
): readonly (readonly [HTTPRouteDestination, number])[] {
  if (targets.length === 1) return targets.map((target) => [target, 1]);
  const total = targets.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return targets
    .filter(({ weight = 0 }) => weight > 0)
    .map((target) => [target, (target.weight ?? 0) / total]);
}

/** Subsets are looked up with the eyes of the proxy that sends the request. */
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
  // One alias of another leads nowhere: nothing is sent to an alias itself.
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
 * The host whose pods a destination means: for an alias what it stands for, if the proxy knows the alias, which a sidecar
 * does on its ports alone (GetDestinationCluster in istio `pilot/pkg/networking/core/route/route.go`).
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
 * The port of a destination that names none: the one addressed. Only a gateway takes the single port that a service has:
 * a sidecar's registry holds of each service just the addressed port (GetDestinationCluster in istio
 * `pilot/pkg/networking/core/route/route.go`, BuildSidecarOutboundVirtualHosts in `httproute.go`).
 */
function defaultPort({ ports = [] }: MeshService, request: HostRequest): number {
  const addressed = request.port ?? DEFAULT_PORT;
  return request.gateway !== MESH && ports.length === 1 ? (ports[0] ?? addressed) : addressed;
}
