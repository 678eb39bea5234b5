import { concreteOf } from './alias.ts';
import { MESH, proxyNamespace } from './gateway-name.ts';
import { DEFAULT_PORT, type HttpRequest } from './match-request.ts';
import { type RouteSources, selection } from './route-table.ts';
import { type MeshService, servesPort } from './subset-lookup.ts';

/**
 * The host that a proxy takes a request's authority for, to be given to `evaluate`. On its ports a service answers to its
 * full name, to `name.namespace` and `name.namespace.svc`, and within its own namespace to `name`
 * (GenerateAltVirtualHosts in istio `pilot/pkg/networking/core/httproute.go`), and to all names of its aliases (`alias.ts`).
 * A VirtualService may list such a name itself (`backend.shop` is not made longer there), or an alias: then its routes have
 * the name, unless a VirtualService before it, or the same one, decides for the service (dedupeDomains in that file). At a
 * gateway, and for what is no service, it is the name as written.
 */
export function requestHost(request: HttpRequest, sources: RouteSources): string {
  const name = nameOfAuthority(request.authority);
  if (request.gateway !== MESH) return name;
  const port = request.port ?? DEFAULT_PORT;
  const named = servicesNamed(name, request, sources);
  const concrete = named.flatMap((one) =>
    one.aliasFor === undefined ? [] : (concreteOf(one, sources.services, port)?.host ?? []),
  );
  const service = named.find((one) => servesPort(one, port))?.host;
  // Of several that decide at the same place the first has the name.
  const known = [...concrete.slice(0, 1), ...(service === undefined ? [] : [service])];
  if (known.length === 0) return name;
  const ranks = known.map((host) => ({ host, rank: rankOf(host, request, sources, () => true) }));
  if (!known.includes(name)) {
    const isListed = ({ hosts }: { hosts: readonly string[] }) =>
      hosts.some((host) => host.toLowerCase() === name);
    ranks.push({ host: name, rank: rankOf(name, request, sources, isListed) });
  }
  return ranks.reduce((best, one) => (one.rank < best.rank ? one : best)).host;
}

/** Without port and final dot, in lower case. */
export function nameOfAuthority(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}

/** Whatever their ports. */
function servicesNamed(
  name: string,
  request: HttpRequest,
  { services, clusterDomain }: RouteSources,
): readonly MeshService[] {
  const suffix = `.svc.${clusterDomain}`;
  const names = [name, `${name}.${clusterDomain}`, name + suffix];
  // `web.shop` must not be taken for service `web.shop` of the caller's namespace.
  if (!name.includes('.')) names.push(`${name}.${proxyNamespace(request)}${suffix}`);
  return services.filter(({ host }) => names.includes(host));
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
