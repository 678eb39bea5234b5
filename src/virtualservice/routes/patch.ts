import { isMergedRouteName } from '../../api/merged-route-name.ts';
import type { VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { pointerPart } from '../../k8s/json-pointer.ts';
import { staleOwnerPointers } from '../../k8s/managed-fields.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { mergedL4Filter } from './l4-marker.ts';
import { L4_LISTS, listsOf, type RouteLists } from './lists.ts';
import { planOf } from './plan-codec.ts';
import { targetName } from './scope.ts';
import { ourHttpFilter } from './strip.ts';

/** RFC 6902 */
export type PatchOperation =
  | { op: 'add' | 'replace'; path: string; value: unknown }
  | { op: 'remove'; path: string };

/**
 * From the routes of a VirtualService to others with the same routes of the user in the same order. It removes and adds our routes by
 * index and never touches a route of the user. A list that had only merged routes may have been absent before, so it goes with them.
 */
export function patchRoutes(virtualService: VirtualService, to: RouteLists): PatchOperation[] {
  const from = listsOf(virtualService);
  const isOurHttp = ourHttpFilter(virtualService);
  const { spec } = virtualService;
  return [
    ...patchList('/spec/http', spec?.http, from.http, to.http, {
      isRemoved: isOurHttp,
      isAdded: isOurHttp,
      isMerged: ({ name }) => isMergedRouteName(name, targetName(virtualService)),
    }),
    ...L4_LISTS.flatMap((list) => {
      const merged = new Set(from[list].filter(mergedL4Filter(list, () => planOf(virtualService))));
      // Merged routes stand before all others.
      const added = to[list].length - (from[list].length - merged.size);
      return patchList(`/spec/${list}`, spec?.[list], from[list], to[list], {
        isRemoved: (route) => merged.has(route),
        isAdded: (_route, index) => index < added,
        isMerged: () => true,
      });
    }),
  ];
}

type Question = 'isRemoved' | 'isAdded' | 'isMerged';

function patchList<Route>(
  path: string,
  present: unknown,
  from: readonly Route[],
  to: readonly Route[],
  { isRemoved, isAdded, isMerged }: Record<Question, (route: Route, index: number) => boolean>,
): PatchOperation[] {
  if (jsonEqual(from, to)) return [];
  if (!Array.isArray(present)) return [{ op: 'add', path, value: to }];
  if (to.length === 0 && from.some(isMerged)) return [{ op: 'remove', path }];
  const removed = from.flatMap((route, index): PatchOperation[] =>
    isRemoved(route, index) ? [{ op: 'remove', path: `${path}/${index}` }] : [],
  );
  const added = to.flatMap((value, index): PatchOperation[] =>
    isAdded(value, index) ? [{ op: 'add', path: `${path}/${index}`, value }] : [],
  );
  return [...removed.reverse(), ...added];
}

/**
 * Sets our members (marks) of one metadata map to the wanted ones and does not touch the others. A map that would become empty is
 * removed as a whole: to the API server, an object with an empty map differs from the stored one without the map. It would store it
 * again at each write, which calls Metacontroller, which writes again.
 */
export function patchMap(
  object: KubeObject,
  field: 'labels' | 'annotations',
  isMark: (key: string) => boolean,
  wanted: Record<string, string>,
): PatchOperation[] {
  const path = `/metadata/${field}`;
  const present = object.metadata[field];
  if (present === undefined || present === null) {
    return Object.keys(wanted).length === 0 ? [] : [{ op: 'add', path, value: wanted }];
  }
  const keys = Object.keys(present);
  const becomesEmpty = keys.length > 0 && keys.every((key) => isMark(key));
  if (becomesEmpty && Object.keys(wanted).length === 0) return [{ op: 'remove', path }];
  const removed = keys
    .filter((key) => isMark(key) && wanted[key] === undefined)
    .map((key): PatchOperation => ({ op: 'remove', path: path + pointerPart(key) }));
  const written = Object.entries(wanted)
    .filter(([key, value]) => present[key] !== value)
    // "add" on a member that exists replaces it (RFC 6902, 4.1).
    .map(
      ([key, value]): PatchOperation => ({
        op: 'add',
        path: path + pointerPart(key),
        value,
      }),
    );
  return [...removed, ...written];
}

/**
 * Removes from managedFields what a patch removes from the object. The API server computes ownership before it calls webhooks, and
 * their answers do not change it (`managedfields` in kubernetes `apiserver/pkg/endpoints/handlers`). A webhook may change
 * managedFields itself, if the result can be parsed.
 */
export function patchOwners(
  { metadata }: KubeObject,
  patch: readonly PatchOperation[],
): PatchOperation[] {
  const gone = patch.filter(({ op }) => op === 'remove').map(({ path }) => path);
  return staleOwnerPointers(metadata.managedFields ?? [], gone)
    .map((pointer): PatchOperation => ({ op: 'remove', path: `/metadata/managedFields${pointer}` }))
    .reverse();
}
