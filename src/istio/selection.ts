import { MESH } from './gateway-name.ts';
import { fqdn, hostSubsetOf, isWildcardHost, mostSpecificHost } from './host.ts';
import { DEFAULT_PORT, type HttpRequest } from './match-request.ts';
import { namespaceOf } from './objects.ts';
import { entriesFor, type RouteEntry, type RouteSources } from './route-rows.ts';
import { type MeshService, servesPort } from './subset-lookup.ts';
import type { VirtualService } from './types.ts';
import { visibleTo } from './visibility.ts';

/** A VirtualService as the proxy gets it: its hosts as full names, and its rows for this proxy. */
export interface Candidate {
  virtualService: VirtualService;
  hosts: readonly string[];
  entries: readonly RouteEntry[];
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
  services: readonly MeshService[],
): readonly Candidate[] {
  if (request.gateway !== MESH) return mostSpecific(host, candidates);
  const isService = services.some((service) => service.host === host);
  const owner = isService
    ? serviceOwner(host, candidates)
    : unregisteredHostOwner(host, request, candidates, services);
  return owner ? [owner] : [];
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
function unregisteredHostOwner(
  host: string,
  request: HttpRequest,
  candidates: readonly Candidate[],
  services: readonly MeshService[],
): Candidate | undefined {
  const unregistered = candidates
    .filter((candidate) => servesUnregistered(candidate, request, candidates, services))
    .map((candidate) => ({
      ...candidate,
      hosts: candidate.hosts.filter((name) => !isForServicesOnly(name, services)),
    }));
  const [owner] = mostSpecific(host, unregistered);
  return candidates.find(({ virtualService }) => virtualService === owner?.virtualService);
}

/**
 * Does the route table for the port contain this VirtualService's hosts outside the registry? On port 80 always. On
 * another port only if it also applies to a service on that port (serviceByPort in
 * buildSidecarVirtualHostsForVirtualService, route.go).
 */
export function servesUnregistered(
  candidate: Candidate,
  request: HttpRequest,
  candidates: readonly Candidate[],
  services: readonly MeshService[],
): boolean {
  if ((request.port ?? DEFAULT_PORT) === DEFAULT_PORT) return true;
  return services.some(({ host }) => claimants(host, candidates).includes(candidate));
}

export function isForServicesOnly(host: string, services: readonly MeshService[]): boolean {
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
