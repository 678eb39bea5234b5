import { isInjectedRouteName } from '../../api/route-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { pointerPart } from '../../k8s/json-pointer.ts';
import { staleOwnerPointers } from '../../k8s/managed-fields.ts';
import type { KubeObject } from '../../k8s/object.ts';

/** RFC 6902 */
export type PatchOperation =
  | { op: 'add' | 'replace'; path: string; value: unknown }
  | { op: 'remove'; path: string };

/**
 * From one list of routes to another that has the same routes of the user in the same order: removes and adds
 * ours by index, and never names a route of the user's, so that nothing of theirs is written again.
 */
export function patchRoutes(
  from: readonly HTTPRoute[],
  to: readonly HTTPRoute[],
): PatchOperation[] {
  if (jsonEqual(from, to)) return [];
  const removed: PatchOperation[] = [];
  const added: PatchOperation[] = [];
  from.forEach(({ name }, index) => {
    if (isInjectedRouteName(name)) removed.push({ op: 'remove', path: `/spec/http/${index}` });
  });
  to.forEach((value, index) => {
    if (isInjectedRouteName(value.name))
      added.push({ op: 'add', path: `/spec/http/${index}`, value });
  });
  return [...removed.reverse(), ...added];
}

/**
 * Brings the marked members of one metadata map to the wanted ones and leaves all others alone. A map of which nothing
 * would be left goes as a whole: to the API server, an object with an empty map is another than the stored one without,
 * and it would write it anew each time, which calls Metacontroller, which writes it again.
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
  const isEmptied = keys.length > 0 && keys.every((key) => isMark(key));
  if (isEmptied && Object.keys(wanted).length === 0) return [{ op: 'remove', path }];
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
 * What a patch takes off leaves managedFields with it: the API server reckons who owns what before it calls webhooks, and what
 * they answer does not change that (`managedfields` in kubernetes `apiserver/pkg/endpoints/handlers`). They may change
 * managedFields themselves, as long as these can be read.
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
