import { mergedRouteName } from '../../api/merged-route-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import { withMarker } from '../routes/l4-marker.ts';
import { L4_LISTS, type L4List, l4Of, type RouteLists } from '../routes/lists.ts';
import type { L4Route, PlannedMerge } from '../routes/merge-codec.ts';
import { targetName } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { newerFirst, precedenceOf } from './precedence.ts';

/** One route of a merge, as it stands in the VirtualService. */
export interface Merged<Route> {
  merge: PlannedMerge;
  /** Its place in the patch. */
  index: number;
  route: Route;
}

/** A route of `tcp` or `tls` that is not rendered, because an equal one is there. `of`: whose; absent: the user's own. */
export interface EqualRoute {
  merge: PlannedMerge;
  list: L4List;
  index: number;
  of?: PlannedMerge;
}

export interface MergedLists {
  http: readonly Merged<HTTPRoute>[];
  tcp: readonly Merged<L4Route>[];
  tls: readonly Merged<L4Route>[];
  equal: readonly EqualRoute[];
}

/**
 * The merged routes of a VirtualService, each list in its order. Routes of `http` come by precedence, then the newer merge first, then
 * in the order of the patch; routes of `tcp` and `tls` have no precedence. `merges`: valid for this VirtualService.
 */
export function mergedLists(
  merges: readonly PlannedMerge[],
  users: UsersVirtualService,
): MergedLists {
  const ordered = [...merges].sort(newerFirst);
  const target = targetName(users);
  const http = ordered
    .flatMap((merge) => mergedHttp(merge, target))
    .sort((a, b) => Number(b.precedence > a.precedence) - Number(b.precedence < a.precedence));
  const equal: EqualRoute[] = [];
  const [tcp, tls] = L4_LISTS.map((list) => mergedL4(list, ordered, users, equal));
  return { http, tcp: tcp ?? [], tls: tls ?? [], equal };
}

interface MergedHttp extends Merged<HTTPRoute> {
  precedence: bigint;
}

/** A plan's merges are the same objects as long as the text of the plan is the same. */
const known = new WeakMap<PlannedMerge, { target: string; routes: readonly MergedHttp[] }>();

/** The names in one patch differ (`checkRouteNames`). */
function mergedHttp(merge: PlannedMerge, target: string): readonly MergedHttp[] {
  const before = known.get(merge);
  if (before?.target === target) return before.routes;
  const routes = (merge.http ?? []).map((route, index) => {
    const name = mergedRouteName(target, merge, route.name || `${index}`);
    return { merge, index, route: { ...route, name }, precedence: precedenceOf(route.name) };
  });
  known.set(merge, { target, routes });
  return routes;
}

function mergedL4(
  list: L4List,
  ordered: readonly PlannedMerge[],
  users: UsersVirtualService,
  equal: EqualRoute[],
): Merged<L4Route>[] {
  const all = ordered.flatMap((merge) =>
    (merge[list] ?? []).map((route, index) => ({ merge, index, route })),
  );
  if (all.length === 0) return [];
  const own = new Set(l4Of(users, list).map((route) => canonicalJson(route)));
  // By the route as it is rendered: those without a match and with an empty one become the same.
  const rendered = new Map<string, PlannedMerge>();
  return all.flatMap(({ merge, index, route }) => {
    const marked = withMarker(route);
    const key = canonicalJson(marked);
    const of = rendered.get(key);
    if (of !== undefined || own.has(canonicalJson(route))) {
      equal.push({ merge, list, index, ...(of && { of }) });
      return [];
    }
    rendered.set(key, merge);
    return [{ merge, index, route: marked }];
  });
}

/** The VirtualService's own routes with the merged ones before them. */
export function withMerged(users: UsersVirtualService, lists: MergedLists): RouteLists {
  const { http = [] } = users.spec;
  const routesOf = <Route>(merged: readonly Merged<Route>[]) => merged.map(({ route }) => route);
  return {
    http: [...routesOf(lists.http), ...(http ?? [])],
    tcp: [...routesOf(lists.tcp), ...l4Of(users, 'tcp')],
    tls: [...routesOf(lists.tls), ...l4Of(users, 'tls')],
  };
}
