import { MESH } from './gateway-name.ts';
import type { HttpRequest } from './match-request.ts';
import { isCatchAll, type RouteEntry, type RouteSources } from './route-rows.ts';
import { selection } from './selection.ts';

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
