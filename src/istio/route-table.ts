import { type EffectiveRoute, effectiveRoutes, virtualServiceExport } from './delegates.ts';
import { boundTo, MESH, proxyNamespace } from './gateway-name.ts';
import { fqdn, hostSubsetOf, isWildcardHost, mostSpecificHost } from './host.ts';
import { DEFAULT_PORT, type HttpRequest, proxyMismatch } from './match-request.ts';
import { compareAge, namespaceOf } from './objects.ts';
import { type ServiceHost, servesPort } from './subset-lookup.ts';
import type { HTTPMatchRequest, VirtualService } from './types.ts';

/**
 * One row of a proxy's route table: a route with one of its match entries. `match` is absent for a route without a
 * match, which takes every request.
 */
export interface RouteEntry extends EffectiveRoute {
  match?: HTTPMatchRequest;
  matchIndex?: number;
}

/**
 * The inputs of a route table. Sidecar and Gateway objects are not modelled: every proxy imports everything, every
 * gateway serves every host.
 */
export interface RouteSources {
  virtualServices: readonly VirtualService[];
  services: readonly ServiceHost[];
  clusterDomain: string;
}

type Proxied = Pick<HttpRequest, 'gateway' | 'port' | 'sourceLabels' | 'sourceNamespace'>;

/** A VirtualService as the proxy gets it: its hosts as full names, and its rows for this proxy. */
export interface Candidate {
  virtualService: VirtualService;
  hosts: readonly string[];
  entries: readonly RouteEntry[];
}

/**
 * The rows for a host (a full name), in the order in which Envoy tries them; undefined when no VirtualService has any.
 * In the mesh one VirtualService applies. At a gateway the rows of all that name the same host are combined.
 */
export function routeTable(
  host: string,
  request: HttpRequest,
  sources: RouteSources,
): readonly RouteEntry[] | undefined {
  const { owners } = selection(host, request, sources);
  if (request.gateway === MESH) return owners[0]?.entries;
  const rows = owners.flatMap(({ entries }) => entries);
  if (rows.length === 0) return undefined;
  // Catch-all rows come last, across all VirtualServices (SortVHostRoutes in route.go).
  return [...rows.filter((row) => !isCatchAll(row)), ...rows.filter(isCatchAll)];
}

/** The VirtualServices that compete for a host, and those whose rows form its table. */
export interface Selection {
  /** What the proxy gets, in the order of precedence. */
  candidates: readonly Candidate[];
  /** Those that apply: at most one in the mesh, at a gateway all that have the same name for the host. */
  owners: readonly Candidate[];
}

/**
 * The registry of a sidecar contains only services on the port of the request (BuildSidecarOutboundVirtualHosts in
 * httproute.go).
 */
export function selection(host: string, request: HttpRequest, sources: RouteSources): Selection {
  const candidates = visibleTo(request, sources.virtualServices).map((vs) => ({
    virtualService: vs,
    hosts: fullHosts(vs, sources.clusterDomain),
    entries: entriesFor(vs, request, sources),
  }));
  const port = request.port ?? DEFAULT_PORT;
  const services = sources.services.filter((service) => servesPort(service, port));
  return { candidates, owners: ownersOf(host.toLowerCase(), request, candidates, services) };
}

export function fullHosts(vs: VirtualService, clusterDomain: string): readonly string[] {
  return (vs.spec.hosts ?? []).map((name) => fqdn(name, namespaceOf(vs), clusterDomain));
}

function ownersOf(
  host: string,
  request: HttpRequest,
  candidates: readonly Candidate[],
  services: readonly ServiceHost[],
): readonly Candidate[] {
  if (request.gateway !== MESH) return mostSpecific(host, candidates);
  const isService = services.some((service) => service.host === host);
  const owner = isService
    ? serviceOwner(host, candidates)
    : foreignOwner(host, request, candidates, services);
  return owner ? [owner] : [];
}

/**
 * The VirtualServices a proxy gets, in the order of precedence: private ones of its own namespace, then those exported
 * to it by name, then the public ones; each group by age.
 * Source: initVirtualServices and VirtualServicesForGateway in istio `pilot/pkg/model/push_context.go`,
 * SelectVirtualServices in `virtualservice.go`.
 */
export function visibleTo(
  proxy: Proxied,
  virtualServices: readonly VirtualService[],
): readonly VirtualService[] {
  const namespace = proxyNamespace(proxy);
  const group = (vs: VirtualService) => GROUPS.indexOf(exportGroup(vs, namespace));
  return virtualServices
    .filter((vs) => vs.spec.hosts?.length && exportGroup(vs, namespace) !== 'hidden')
    .filter((vs) => boundTo(vs.spec.gateways, namespaceOf(vs), proxy.gateway))
    .sort((a, b) => group(a) - group(b) || compareAge(a, b));
}

const GROUPS = ['private', 'named', 'public', 'hidden'] as const;
/** How a VirtualService is exported to a namespace: only to its own namespace, by name, to all, or not at all. */
export type ExportGroup = (typeof GROUPS)[number];

export function exportGroup(vs: VirtualService, namespace: string): ExportGroup {
  const targets = virtualServiceExport(vs);
  if (targets.has('*')) return 'public';
  if (targets.has('~') || !targets.has(namespace)) return 'hidden';
  return namespaceOf(vs) === namespace ? 'private' : 'named';
}

/**
 * The rows that istiod sends to the proxy: those whose port, gateways and source conditions match it, up to the first
 * catch-all row.
 * Source: BuildHTTPRoutesForVirtualService in istio `pilot/pkg/networking/core/route/route.go`.
 */
function entriesFor(
  vs: VirtualService,
  request: HttpRequest,
  sources: RouteSources,
): readonly RouteEntry[] {
  const sent = allRows(vs, sources).filter(
    ({ match }) => !proxyMismatch(match, request, namespaceOf(vs)),
  );
  const last = sent.findIndex(isCatchAll);
  return last < 0 ? sent : sent.slice(0, last + 1);
}

/** All rows, including those for other proxies. */
export function allRows(
  vs: VirtualService,
  { virtualServices, clusterDomain }: RouteSources,
): readonly RouteEntry[] {
  return effectiveRoutes(vs, virtualServices, clusterDomain).flatMap(rowsOf);
}

function rowsOf(effective: EffectiveRoute): readonly RouteEntry[] {
  const entries = effective.route.match ?? [];
  if (entries.length === 0) return [effective];
  return entries.map((match, matchIndex) => ({ ...effective, match, matchIndex }));
}

/** A row without a condition for Envoy: any path, no header, no parameter (IsCatchAllRoute in the same file). */
function isCatchAll({ match = {} }: RouteEntry): boolean {
  const { uri, method, authority, scheme } = match;
  const anyPath = !uri || Object.keys(uri).length === 0 || uri.prefix === '/' || uri.regex === '.*';
  const asked = [match.headers, match.withoutHeaders, match.queryParams].map((m) => m ?? {});
  return anyPath && !method && !authority && !scheme && asked.every(isEmpty);
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

/**
 * The VirtualService that applies to a host of the service registry. The candidates are those that name the host, and
 * the one whose wildcard is the most specific host for it. The first with any row wins. Exact names ignore case,
 * wildcards do not.
 * If all rows of a VirtualService are for other callers, the next one applies. Its exact name still excludes wildcards.
 * Source: separateVSHostsAndServices in route.go, computeWildcardHostVirtualServiceIndex in sidecar.go.
 */
function serviceOwner(host: string, candidates: readonly Candidate[]): Candidate | undefined {
  return claimants(host, candidates).find(({ entries }) => entries.length > 0);
}

/** All VirtualServices that name a service, and the first one with the most specific host for it. */
function claimants(host: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const decisive = mostSpecificHost(
    host,
    candidates.flatMap(({ hosts }) => hosts),
  );
  const owner = candidates.find(({ hosts }) => hosts.some((name) => name === decisive));
  return candidates.filter((candidate) => candidate === owner || names(candidate, host));
}

function names({ hosts }: Candidate, host: string): boolean {
  return hosts.some((name) => name.toLowerCase() === host);
}

/**
 * The VirtualService that applies to a host outside the registry (`bookinfo.com`): the first with rows for the most
 * specific of all names. A wildcard that matches any service applies to services only.
 */
function foreignOwner(
  host: string,
  request: HttpRequest,
  candidates: readonly Candidate[],
  services: readonly ServiceHost[],
): Candidate | undefined {
  const foreign = candidates
    .filter((candidate) => servesForeign(candidate, request, candidates, services))
    .map((candidate) => ({
      ...candidate,
      hosts: candidate.hosts.filter((name) => !isForServicesOnly(name, services)),
    }));
  const [owner] = mostSpecific(host, foreign);
  return candidates.find(({ virtualService }) => virtualService === owner?.virtualService);
}

/**
 * Does the route table for the port contain this VirtualService's hosts outside the registry? On port 80 always. On
 * another port only if it also applies to a service on that port (serviceByPort in
 * buildSidecarVirtualHostsForVirtualService, route.go).
 */
export function servesForeign(
  candidate: Candidate,
  request: HttpRequest,
  candidates: readonly Candidate[],
  services: readonly ServiceHost[],
): boolean {
  if ((request.port ?? DEFAULT_PORT) === DEFAULT_PORT) return true;
  return services.some(({ host }) => claimants(host, candidates).includes(candidate));
}

export function isForServicesOnly(host: string, services: readonly ServiceHost[]): boolean {
  return (
    isWildcardHost(host) &&
    services.some((service) => hostSubsetOf(service.host, host.toLowerCase()))
  );
}

/**
 * The VirtualServices with rows that list the most specific name for the host. Here wildcards ignore case as well. At a
 * gateway their rows form one table (buildGatewayHTTPRouteConfig in istio `pilot/pkg/networking/core/gateway.go`).
 */
function mostSpecific(host: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const lower = candidates
    .filter(({ entries }) => entries.length > 0)
    .map((candidate) => ({
      candidate,
      hosts: candidate.hosts.map((name) => name.toLowerCase()),
    }));
  const decisive = mostSpecificHost(
    host,
    lower.flatMap(({ hosts }) => hosts),
  );
  return lower
    .filter(({ hosts }) => hosts.some((name) => name === decisive))
    .map(({ candidate }) => candidate);
}
