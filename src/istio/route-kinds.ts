import { fqdn } from './host.ts';
import { fullNameOfPartial } from './partial-host-name.ts';
import type { Destination, HTTPRoute, VirtualService } from './types.ts';

/** What a route does with a request. `plain`: it sends the request to its destinations. */
export type RouteKind = 'delegate' | 'redirect' | 'directResponse' | 'plain';

/**
 * The kind of a route. If several fields are set, Istio evaluates them in this order: a delegate (its routes replace
 * the route), a redirect, a direct response (istio `pilot/pkg/networking/core/route/route.go`, TranslateRoute).
 */
export function routeKind(route: HTTPRoute): RouteKind {
  if (isSet(route.delegate)) return 'delegate';
  if (isSet(route.redirect)) return 'redirect';
  if (isSet(route.directResponse)) return 'directResponse';
  return 'plain';
}

/** Every destination that gets live traffic: those of the http, tls and tcp routes, in that order, as written. */
export function liveDestinations(vs: VirtualService): Destination[] {
  const found: Destination[] = [];
  for (const kind of ['http', 'tls', 'tcp']) {
    for (const route of list(field(vs.spec, kind))) {
      for (const target of list(field(route, 'route'))) {
        const written = field(target, 'destination');
        if (isDestination(written)) found.push(written);
      }
    }
  }
  return found;
}

/** The destinations that get only copies of requests (`mirror`, `mirrors`). Their responses are discarded. */
export function mirrorDestinations(vs: VirtualService): Destination[] {
  return list(field(vs.spec, 'http')).flatMap((route) => [
    ...destination(field(route, 'mirror')),
    ...list(field(route, 'mirrors')).flatMap((mirror) => destination(field(mirror, 'destination'))),
  ]);
}

/** The hosts of `liveDestinations` as full names, without duplicates, sorted. */
export function liveHosts(vs: VirtualService, clusterDomain: string): string[] {
  const namespace = vs.metadata.namespace ?? 'default';
  // Hundreds of routes name few hosts.
  const written = new Set(liveDestinations(vs).map(({ host }) => host));
  const hosts = [...written].map((host) => fqdn(host, namespace, clusterDomain));
  return [...new Set(hosts)].sort();
}

/**
 * The hosts that a VirtualService may affect: those of `liveDestinations`, those that its partial names may refer to,
 * and its own hosts if one of its routes has no destination. Full names, without duplicates, sorted.
 * Of its own hosts Istio ignores the case, of destinations it does not.
 */
export function affectedHosts(vs: VirtualService, clusterDomain: string): string[] {
  const routes = list(field(vs.spec, 'http')) as HTTPRoute[];
  const live = liveHosts(vs, clusterDomain);
  const isHttpAlone = [...list(field(vs.spec, 'tls')), ...list(field(vs.spec, 'tcp'))].length === 0;
  const named = isHttpAlone
    ? live
    : liveHosts({ ...vs, spec: { ...vs.spec, tls: [], tcp: [] } }, clusterDomain);
  const meant = named.flatMap((host) => fullNameOfPartial(host, clusterDomain) ?? []);
  if (routes.every((route) => routeKind(route ?? {}) === 'plain'))
    return [...new Set([...live, ...meant])].sort();
  const namespace = vs.metadata.namespace ?? 'default';
  const own = list(field(vs.spec, 'hosts')).filter((host) => typeof host === 'string');
  const names = own.map((host) => fqdn(host, namespace, clusterDomain).toLowerCase());
  return [...new Set([...live, ...meant, ...names])].sort();
}

/** `redirect:` without a value in YAML is null, which means "not set". */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/**
 * Reads a field without trusting its type: tls and tcp routes have no types here, the spec may be missing, and at
 * admission any field may have a value that the schema refuses.
 */
function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function destination(value: unknown): Destination[] {
  return isDestination(value) ? [value] : [];
}

function isDestination(value: unknown): value is Destination {
  return typeof field(value, 'host') === 'string';
}
