import { resolveGateway } from './gateway-name.ts';
import { fqdn } from './host.ts';
import { mergeMatches } from './merge-match.ts';
import { nameOf, namespaceOf } from './objects.ts';
import type { HTTPMatchRequest, HTTPRoute, VirtualService } from './types.ts';

/** Where a route is defined: the VirtualService (`namespace/name`) and the index in its `spec.http`. */
export interface RoutePlace {
  virtualService: string;
  routeIndex: number;
}

/**
 * A route that Istio applies. For the route of a delegate, `delegate` is the place of that route and `place` that of
 * the delegating route.
 */
export interface EffectiveRoute {
  place: RoutePlace;
  delegate?: RoutePlace;
  route: HTTPRoute;
}

/**
 * The http routes of a VirtualService as Istio reads them: with full host and gateway names, and with the delegate's
 * routes in place of each delegating route. A delegate is left out when it does not exist, has hosts, or is not
 * exported to the root's namespace. A delegate's route is left out when its matches contradict the root's.
 * Source: mergeVirtualServices in istio `pilot/pkg/model/virtualservice_controller.go`, MergeHTTPRoutes and
 * ResolveVirtualServiceShortnames in `virtualservice.go`. Of the fields that a delegate inherits, only those that
 * decide where a request goes are filled in.
 */
export function effectiveRoutes(
  root: VirtualService,
  all: readonly VirtualService[],
  clusterDomain: string,
): readonly EffectiveRoute[] {
  return resolvedRoutes(root, clusterDomain).flatMap((effective) => {
    if (!effective.route.delegate) return [effective];
    const target = all.find((vs) => delegatesTo(effective.route, root, vs));
    return target ? merged(effective, resolvedRoutes(target, clusterDomain)) : [];
  });
}

/**
 * The routes of a root that delegate to this VirtualService, with full names. Empty when `root` has no hosts, does not
 * delegate to it, or must not see it.
 */
export function delegatingRoutes(
  root: VirtualService,
  delegate: VirtualService,
  clusterDomain: string,
): readonly HTTPRoute[] {
  if (!root.spec?.hosts?.length) return [];
  const http = (root.spec.http ?? []).filter((route) => delegatesTo(route, root, delegate));
  const routes = resolvedRoutes({ ...root, spec: { ...root.spec, http } }, clusterDomain);
  return routes.map(({ route }) => route);
}

/** Does a VirtualService delegate to one that `find` returns for its name (`namespace/name`)? */
export function delegatesToAny(
  root: VirtualService,
  find: (name: string) => VirtualService | undefined,
): boolean {
  if (!root.spec?.hosts?.length) return false;
  return (root.spec.http ?? []).some((route) => {
    const name = delegateName(route, root);
    const found = name === undefined ? undefined : find(name);
    return found !== undefined && isDelegateFor(found, namespaceOf(root));
  });
}

/**
 * The namespaces a VirtualService is exported to, with its own in place of `.`. The mesh's default exportTo is assumed
 * to be `*`.
 */
export function virtualServiceExport(vs: VirtualService): ReadonlySet<string> {
  const targets = vs.spec.exportTo ?? [];
  if (targets.length === 0) return new Set(['*']);
  return new Set(targets.map((target) => (target === '.' ? namespaceOf(vs) : target)));
}

function delegatesTo(route: HTTPRoute, root: VirtualService, vs: VirtualService): boolean {
  return nameOf(vs) === delegateName(route, root) && isDelegateFor(vs, namespaceOf(root));
}

/** `namespace/name` */
function delegateName({ delegate }: HTTPRoute, root: VirtualService): string | undefined {
  return delegate && `${delegate.namespace || namespaceOf(root)}/${delegate.name}`;
}

function isDelegateFor(vs: VirtualService, namespace: string): boolean {
  const targets = virtualServiceExport(vs);
  return !vs.spec.hosts?.length && (targets.has('*') || targets.has(namespace));
}

function merged(root: EffectiveRoute, leaves: readonly EffectiveRoute[]): EffectiveRoute[] {
  return leaves.flatMap(({ place, route }) => {
    const match = mergeMatches(root.route.match ?? [], route.match ?? []);
    if (!match) return [];
    const { delegate: _, ...own } = route;
    const name = [root.route.name, route.name].filter(Boolean).join('-');
    const directResponse = route.directResponse ?? root.route.directResponse;
    const merged = { ...own, match: [...match], directResponse, ...(name ? { name } : {}) };
    return { place: root.place, delegate: place, route: merged };
  });
}

/** The http routes as written, with full host and gateway names. */
export function resolvedRoutes(
  vs: VirtualService,
  clusterDomain: string,
): readonly EffectiveRoute[] {
  const namespace = namespaceOf(vs);
  return (vs.spec.http ?? []).map((route, routeIndex) => ({
    place: { virtualService: nameOf(vs), routeIndex },
    route: resolvedRoute(route, namespace, clusterDomain),
  }));
}

function resolvedRoute(route: HTTPRoute, namespace: string, clusterDomain: string): HTTPRoute {
  const { match, route: targets } = route;
  return {
    ...route,
    ...(match ? { match: match.map((entry) => resolvedMatch(entry, namespace)) } : {}),
    ...(targets
      ? {
          route: targets.map((target) => {
            const host = fqdn(target.destination.host, namespace, clusterDomain);
            return { ...target, destination: { ...target.destination, host } };
          }),
        }
      : {}),
  };
}

function resolvedMatch(match: HTTPMatchRequest, namespace: string): HTTPMatchRequest {
  const gateways = match.gateways?.map((gateway) => resolveGateway(gateway, namespace));
  return gateways ? { ...match, gateways } : match;
}
