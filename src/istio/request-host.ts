import { MESH, proxyNamespace } from './gateway-name.ts';
import { DEFAULT_PORT, type HttpRequest } from './match-request.ts';
import { type RouteSources, selection } from './route-table.ts';
import { servesPort } from './subset-lookup.ts';

/**
 * The host that a proxy takes a request's authority for, to be given to `evaluate`. On its ports a service answers to its
 * full name, to `name.namespace` and `name.namespace.svc`, and within its own namespace to `name`
 * (GenerateAltVirtualHosts in istio `pilot/pkg/networking/core/httproute.go`). A VirtualService may list such a name
 * itself (`backend.shop` is not made longer there): then its routes have it, unless a VirtualService before it, or the same
 * one, decides for the service (dedupeDomains in that file). At a gateway, and for what is no service, it is the name as written.
 */
export function requestHost(request: HttpRequest, sources: RouteSources): string {
  const name = nameOfAuthority(request.authority);
  if (request.gateway !== MESH) return name;
  const service = serviceNamed(name, request, sources);
  if (service === undefined || service === name) return name;
  const literal = rankOf(name, request, sources, ({ hosts }) =>
    hosts.some((host) => host.toLowerCase() === name),
  );
  return literal < rankOf(service, request, sources, () => true) ? name : service;
}

/** Without port and final dot, in lower case. */
export function nameOfAuthority(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}

function serviceNamed(
  name: string,
  request: HttpRequest,
  { services, clusterDomain }: RouteSources,
): string | undefined {
  const suffix = `.svc.${clusterDomain}`;
  const names = [name, `${name}.${clusterDomain}`, name + suffix];
  // `web.shop` must not be taken for service `web.shop` of the caller's namespace.
  if (!name.includes('.')) names.push(`${name}.${proxyNamespace(request)}${suffix}`);
  const port = request.port ?? DEFAULT_PORT;
  return services.find((service) => names.includes(service.host) && servesPort(service, port))
    ?.host;
}

/** Which of the VirtualServices decides, counted in the order in which they compete; none: after all of them. */
function rankOf(
  host: string,
  request: HttpRequest,
  sources: RouteSources,
  counts: (candidate: { hosts: readonly string[] }) => boolean,
): number {
  const { candidates, owners } = selection(host, request, sources);
  const [owner] = owners;
  const rank = owner && counts(owner) ? candidates.indexOf(owner) : -1;
  return rank < 0 ? candidates.length : rank;
}
