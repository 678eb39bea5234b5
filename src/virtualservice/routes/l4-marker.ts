import { canonicalJson } from '../../k8s/canonical.ts';
import { hash10 } from '../../k8s/hash.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { L4List } from './lists.ts';
import type { L4Route, PlannedMerges } from './merge-codec.ts';

/**
 * Routes of `tcp` and `tls` have no names. A merged one has an empty map `sourceLabels` in an entry of its match: no condition for
 * Istio, and hardly ever in a route that somebody wrote. It is ours only if the plan knows it, too.
 */
export function withMarker(route: L4Route): L4Route {
  const match = matchOf(route);
  if (match.length === 0) return { ...route, match: [{ sourceLabels: {} }] };
  const at = match.findIndex((entry) => isMap(entry) && entry['sourceLabels'] === undefined);
  // Where every entry has labels of its own, the plan alone tells.
  if (at < 0) return route;
  return { ...route, match: match.with(at, { ...(match[at] as object), sourceLabels: {} }) };
}

/** May it be a merged route? The plan needs to be read only then. */
function hasMarker(route: L4Route): boolean {
  const match = matchOf(route);
  return (
    match.length > 0 &&
    (match.some((entry) => isMap(entry) && isEmptyMap(entry['sourceLabels'])) ||
      match.every((entry) => isMap(entry) && entry['sourceLabels'] !== undefined))
  );
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}

function matchOf(route: L4Route): readonly unknown[] {
  const match = isMap(route) ? route['match'] : undefined;
  return Array.isArray(match) ? match : [];
}

/** How a plan remembers a rendered route of `tcp` or `tls`. */
export function l4Key(route: L4Route): string {
  return hash10(canonicalJson(route));
}

/**
 * A test for the routes of one list, from first to last: is it one that this plan put there, or that an earlier plan did and is still to
 * be removed? Each is found once: a further equal one is the user's.
 */
export function mergedL4Filter(
  list: L4List,
  plan: () => PlannedMerges | undefined,
): (route: L4Route) => boolean {
  let left: Set<string> | undefined;
  return (route) => {
    if (!hasMarker(route)) return false;
    left ??= keysOf(list, plan());
    return left.delete(l4Key(route));
  };
}

function keysOf(list: L4List, { merges = [], staleRoutes = [] }: PlannedMerges = {}): Set<string> {
  const routes = merges.flatMap((merge) => merge[list] ?? []);
  return new Set([...routes.map((route) => l4Key(withMarker(route))), ...staleRoutes]);
}
