import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import { byText, jsonEqual } from '../../k8s/canonical.ts';
import { l4Key, mergedL4Filter } from '../routes/l4-marker.ts';
import { L4_LISTS, type L4List, l4Of } from '../routes/lists.ts';
import { type PlannedMerge, type PlannedMerges, versionKey } from '../routes/merge-codec.ts';
import type { Plan } from '../routes/plan-codec.ts';
import { httpOf } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { type MergedLists, mergedLists } from './merged-lists.ts';

/** A test whether the VirtualService has all routes of a merge, as these lists say. */
export function presenceIn(
  virtualService: VirtualService,
  lists: MergedLists,
): (merge: PlannedMerge) => boolean {
  const names = new Set(lists.http.map(({ route }) => route.name));
  const http = new Map<string | undefined, HTTPRoute>();
  for (const route of httpOf(virtualService))
    if (names.has(route.name)) http.set(route.name, route);
  const l4 = Object.fromEntries(
    L4_LISTS.map((list) => [list, new Set(l4Of(virtualService, list).map(l4Key))]),
  );
  const missing = new Set<string>();
  for (const { merge, route } of lists.http) {
    if (!jsonEqual(http.get(route.name), route)) missing.add(merge.uid);
  }
  for (const list of L4_LISTS) {
    for (const { merge, route } of lists[list]) {
      if (!l4[list]?.has(l4Key(route))) missing.add(merge.uid);
    }
  }
  return ({ uid }) => !missing.has(uid);
}

/** The same for a plan's merges, also for their older versions. `plan`: the one that the VirtualService carries. */
export function versionsIn(
  virtualService: VirtualService,
  { merges = [], olderMerges = [] }: PlannedMerges,
  users: UsersVirtualService,
): (merge: PlannedMerge) => boolean {
  const isIn = presenceIn(virtualService, mergedLists(merges, users));
  if (olderMerges.length === 0) return isIn;
  const older = new Map(olderMerges.map((merge) => [merge.uid, merge]));
  const before = merges.map((merge) => older.get(merge.uid) ?? merge);
  const wasIn = presenceIn(virtualService, mergedLists(before, users));
  const keys = new Set(olderMerges.map(versionKey));
  return (merge) => (keys.has(versionKey(merge)) ? wasIn(merge) : isIn(merge));
}

/** Rendered routes of `tcp` and `tls` that the VirtualService has and the next plan does not know any more. */
export function staleIn(
  virtualService: VirtualService,
  lists: MergedLists,
  present: Plan | undefined,
): string[] {
  const { merges = [], staleRoutes = [] } = present ?? {};
  const hasL4 = merges.some(({ tcp, tls }) => tcp !== undefined || tls !== undefined);
  if (!hasL4 && staleRoutes.length === 0) return [];
  return [
    ...new Set(L4_LISTS.flatMap((list) => staleOf(list, virtualService, lists, present))),
  ].sort(byText);
}

function staleOf(
  list: L4List,
  virtualService: VirtualService,
  lists: MergedLists,
  present: Plan | undefined,
): string[] {
  const isOurs = mergedL4Filter(list, () => present);
  const known = new Set(lists[list].map(({ route }) => l4Key(route)));
  return l4Of(virtualService, list)
    .filter(isOurs)
    .map(l4Key)
    .filter((key) => !known.has(key));
}
