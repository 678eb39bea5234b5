import { type EffectiveRoute, effectiveRoutes, virtualServiceExport } from './delegates.ts';
import { boundTo, MESH, proxyNamespace } from './gateway-name.ts';
import { fqdn, hostSubsetOf, isWildcardHost, mostSpecificHost } from './host.ts';
import { DEFAULT_PORT, type HttpRequest, proxyMismatch } from './match-request.ts';
import { compareAge, namespaceOf } from './objects.ts';
import type { ServiceHost } from './subset-lookup.ts';
import type { HTTPMatchRequest, VirtualService } from './types.ts';

/** One row of a proxy's route table: a route with one of its match entries, or with none (`match` absent: always). */
export interface RouteEntry extends EffectiveRoute {
  match?: HTTPMatchRequest;
  matchIndex?: number;
}

/** What a table is made from. Sidecar and Gateway objects are not modelled: everything is imported, every host served. */
export interface RouteSources {
  virtualServices: readonly VirtualService[];
  services: readonly ServiceHost[];
  clusterDomain: string;
}

type Proxied = Pick<HttpRequest, 'gateway' | 'port' | 'sourceLabels' | 'sourceNamespace'>;

/** A VirtualService as the proxy gets it: its hosts in full and the rows left for this proxy. */
interface Candidate {
  hosts: readonly string[];
  entries: readonly RouteEntry[];
}

/**
 * The rows for a host (a full name), in the order Envoy tries them; undefined when no VirtualService has any for it.
 * In the mesh a single VirtualService decides, at a gateway the rows of all that name the same host are put together.
 */
export function routeTable(
  host: string,
  request: HttpRequest,
  sources: RouteSources,
): readonly RouteEntry[] | undefined {
  const candidates = visibleTo(request, sources.virtualServices).map((vs) => ({
    hosts: (vs.spec.hosts ?? []).map((name) => fqdn(name, namespaceOf(vs), sources.clusterDomain)),
    entries: entriesFor(vs, request, sources),
  }));
  const wanted = host.toLowerCase();
  if (request.gateway !== MESH) return gatewayTable(wanted, candidates);
  return sources.services.some((service) => service.host === wanted)
    ? serviceTable(wanted, candidates)
    : foreignTable(wanted, request, candidates, sources.services);
}

/**
 * The VirtualServices a proxy gets, in the order in which they compete: private ones of its own namespace, then those
 * exported to it by name, then the public ones; each group by age.
 * Source: initVirtualServices and VirtualServicesForGateway in istio `pilot/pkg/model/push_context.go`,
 * SelectVirtualServices in `virtualservice.go`.
 */
export function visibleTo(
  proxy: Proxied,
  virtualServices: readonly VirtualService[],
): readonly VirtualService[] {
  const namespace = proxyNamespace(proxy);
  const group = (vs: VirtualService) => {
    const targets = virtualServiceExport(vs);
    if (targets.has('*')) return 2;
    if (targets.has('~') || !targets.has(namespace)) return -1;
    return namespaceOf(vs) === namespace ? 0 : 1;
  };
  return virtualServices
    .filter((vs) => vs.spec.hosts?.length && group(vs) >= 0)
    .filter((vs) => boundTo(vs.spec.gateways, namespaceOf(vs), proxy.gateway))
    .sort((a, b) => group(a) - group(b) || compareAge(a, b));
}

/**
 * The rows that istiod sends: those whose port, gateways and source conditions fit the proxy, up to the first one that
 * catches everything. Source: BuildHTTPRoutesForVirtualService in istio `pilot/pkg/networking/core/route/route.go`.
 */
function entriesFor(
  vs: VirtualService,
  request: HttpRequest,
  { virtualServices, clusterDomain }: RouteSources,
): readonly RouteEntry[] {
  const sent = effectiveRoutes(vs, virtualServices, clusterDomain)
    .flatMap(rowsOf)
    .filter(({ match }) => !proxyMismatch(match, request, namespaceOf(vs)));
  const last = sent.findIndex(isCatchAll);
  return last < 0 ? sent : sent.slice(0, last + 1);
}

function rowsOf(effective: EffectiveRoute): readonly RouteEntry[] {
  const entries = effective.route.match ?? [];
  if (entries.length === 0) return [effective];
  return entries.map((match, matchIndex) => ({ ...effective, match, matchIndex }));
}

/** Nothing left for Envoy to ask: any path, no header, no parameter (IsCatchAllRoute in the same file). */
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
 * A host of the registry: of the VirtualServices that name it, and the one whose wildcard is the most specific host for
 * it, the first with any row wins. Exact names ignore case, wildcards do not.
 * A VirtualService whose rows are all for other callers leaves the host to the next one, but its exact name still keeps
 * wildcards away. Source: separateVSHostsAndServices in route.go, computeWildcardHostVirtualServiceIndex in sidecar.go.
 */
function serviceTable(
  host: string,
  candidates: readonly Candidate[],
): readonly RouteEntry[] | undefined {
  const decisive = mostSpecificHost(
    host,
    candidates.flatMap(({ hosts }) => hosts),
  );
  const owner = candidates.find(({ hosts }) => hosts.some((name) => name === decisive));
  return candidates.find(
    (candidate) => candidate.entries.length > 0 && (candidate === owner || names(candidate, host)),
  )?.entries;
}

function names({ hosts }: Candidate, host: string): boolean {
  return hosts.some((name) => name.toLowerCase() === host);
}

/**
 * A host outside the registry (`bookinfo.com`) is served on port 80 only, by the most specific of all names, the first
 * VirtualService with rows for that name deciding. A wildcard that stands for any service stands for services only.
 */
function foreignTable(
  host: string,
  request: HttpRequest,
  candidates: readonly Candidate[],
  services: readonly ServiceHost[],
): readonly RouteEntry[] | undefined {
  if ((request.port ?? DEFAULT_PORT) !== DEFAULT_PORT) return undefined;
  const foreign = candidates.map(({ hosts, entries }) => ({
    hosts: hosts.filter(
      (name) =>
        !isWildcardHost(name) ||
        !services.some((service) => hostSubsetOf(service.host, name.toLowerCase())),
    ),
    entries,
  }));
  return owners(host, foreign)[0]?.entries;
}

/**
 * At a gateway rows of all VirtualServices with the same name for the host go into one table, those that catch everything
 * to its end (buildGatewayHTTPRouteConfig in istio `pilot/pkg/networking/core/gateway.go`, SortVHostRoutes in route.go).
 */
function gatewayTable(
  host: string,
  candidates: readonly Candidate[],
): readonly RouteEntry[] | undefined {
  const rows = owners(host, candidates).flatMap(({ entries }) => entries);
  if (rows.length === 0) return undefined;
  return [...rows.filter((row) => !isCatchAll(row)), ...rows.filter(isCatchAll)];
}

/** Those with rows that list the most specific name for the host; here wildcards ignore case as well. */
function owners(host: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const lower = candidates
    .filter(({ entries }) => entries.length > 0)
    .map(({ hosts, entries }) => ({ hosts: hosts.map((name) => name.toLowerCase()), entries }));
  const decisive = mostSpecificHost(
    host,
    lower.flatMap(({ hosts }) => hosts),
  );
  return lower.filter(({ hosts }) => hosts.some((name) => name === decisive));
}
