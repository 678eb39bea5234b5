import { concreteOf } from './alias.ts';
import { MESH, proxyNamespace } from './gateway-name.ts';
import { DEFAULT_PORT, type HttpRequest } from './match-request.ts';
import type { RouteSources } from './route-rows.ts';
import { selection } from './selection.ts';
import { type MeshService, servesPort } from './subset-lookup.ts';

/**
 * The host that a proxy derives from a request's authority; pass it to `evaluate`.
 * On its ports a service answers to its full name, to `name.namespace` and `name.namespace.svc`, and within its own
 * namespace to `name` (GenerateAltVirtualHosts in istio `pilot/pkg/networking/core/httproute.go`). It also answers to
 * all names of its aliases (`alias.ts`).
 * A VirtualService may list such a name itself (Istio does not complete `backend.shop` there), or an alias. Then its
 * routes get the name, unless the same VirtualService or one with precedence applies to the service (dedupeDomains in
 * that file).
 * At a gateway, and for a name that is no service, the host is the name as written.
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
  // Of several with the same rank the first gets the name.
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

/** The host of an authority in lower case, without port and final dot. */
export function nameOfAuthority(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}

/** The services with this name, on any port. */
function servicesNamed(
  name: string,
  request: HttpRequest,
  { services, clusterDomain }: RouteSources,
): readonly MeshService[] {
  const suffix = `.svc.${clusterDomain}`;
  const names = [name, `${name}.${clusterDomain}`, name + suffix];
  // `web.shop` must not be read as service `web.shop` of the caller's namespace.
  if (!name.includes('.')) names.push(`${name}.${proxyNamespace(request)}${suffix}`);
  return services.filter(({ host }) => names.includes(host));
}

/**
 * The index of the VirtualService that applies to a host, in their order of precedence. When none applies: the number
 * of all of them.
 */
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
