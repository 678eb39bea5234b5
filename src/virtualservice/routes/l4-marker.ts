import { canonicalJson, jsonEqual } from '../../k8s/canonical.ts';
import { hash10 } from '../../k8s/hash.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { L4List } from './lists.ts';
import type { L4Route, PlannedMerges } from './merge-codec.ts';

/** Members of a match that mean nothing to Istio when they are empty. */
const MARKS = [
  ['sourceLabels', {}],
  ['sourceNamespace', ''],
  ['destinationSubnets', []],
  ['gateways', []],
] as const satisfies readonly (readonly [string, unknown])[];

/**
 * Routes of `tcp` and `tls` have no names. A merged one has an empty map `sourceLabels` in an entry of its match, or if the author gave
 * all entries labels, another empty member: no condition for Istio, and hardly ever in a route that somebody wrote. It is ours only if
 * the plan knows it, too. It always differs from the route that the author wrote, so that an equal route of the user is not ours.
 */
export function withMarker(route: L4Route): L4Route {
  const match = matchOf(route);
  if (match.length === 0) return { ...route, match: [{ sourceLabels: {} }] };
  for (const [member, empty] of MARKS) {
    const at = match.findIndex((entry) => isMap(entry) && entry[member] === undefined);
    if (at >= 0)
      return { ...route, match: match.with(at, { ...(match[at] as object), [member]: empty }) };
  }
  return route;
}

/** Can a merged route be told from an equal one of the user? Not if all entries of its match have all members that could be empty. */
export function canBeMarked(route: L4Route): boolean {
  const match = matchOf(route);
  return (
    match.length === 0 ||
    match.some((entry) => isMap(entry) && MARKS.some(([member]) => entry[member] === undefined))
  );
}

/** May it be a merged route? The plan needs to be read only then. */
function hasMarker(route: L4Route): boolean {
  return matchOf(route).some(
    (entry) => isMap(entry) && MARKS.some(([member, empty]) => jsonEqual(entry[member], empty)),
  );
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

function keysOf(list: L4List, plan: PlannedMerges = {}): Set<string> {
  return new Set([...renderedKeys(list, plan), ...(plan.staleRoutes ?? [])]);
}

/** The routes of a plan as they are rendered (see `l4Key`): the VirtualService may have those of older versions. */
export function renderedKeys(
  list: L4List,
  { merges = [], olderMerges = [] }: PlannedMerges,
): string[] {
  const routes = [...merges, ...olderMerges].flatMap((merge) => merge[list] ?? []);
  return routes.map((route) => l4Key(withMarker(route)));
}
