import { type EffectiveRoute, effectiveRoutes } from './delegates.ts';
import { type HttpRequest, proxyMismatch } from './match-request.ts';
import { namespaceOf } from './objects.ts';
import type { MeshService } from './subset-lookup.ts';
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
  services: readonly MeshService[];
  clusterDomain: string;
}

/**
 * The rows that istiod sends to the proxy: those whose port, gateways and source conditions match it, up to the first
 * catch-all row.
 * Source: BuildHTTPRoutesForVirtualService in istio `pilot/pkg/networking/core/route/route.go`.
 */
export function entriesFor(
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
export function isCatchAll({ match = {} }: Pick<RouteEntry, 'match'>): boolean {
  const { uri, method, authority, scheme } = match;
  const anyPath = !uri || Object.keys(uri).length === 0 || uri.prefix === '/' || uri.regex === '.*';
  const asked = [match.headers, match.withoutHeaders, match.queryParams].map((m) => m ?? {});
  return anyPath && !method && !authority && !scheme && asked.every(isEmpty);
}

/** A catch-all row of every proxy: no condition on port, gateway or caller, which istiod itself evaluates (`proxyMismatch`). */
export function isCatchAllEverywhere(row: Pick<RouteEntry, 'match'>): boolean {
  const { port, gateways, sourceLabels, sourceNamespace } = row.match ?? {};
  const isAnyProxy = !gateways?.length && !sourceNamespace && isEmpty(sourceLabels ?? {});
  return !port && isAnyProxy && isCatchAll(row);
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
