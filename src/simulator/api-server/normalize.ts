import { apiVersionOf, type ServedKind } from '../kinds.ts';
import { isMap, type LocalObject, toJson } from '../object.ts';

/** Null means "not set" to the API server: members with it are dropped. */
function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (!isMap(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, dropNulls(member)]));
}

const EMPTY_IS_ABSENT = ['labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields'];

/**
 * What decoding does to an object: the storage version, no nulls, no empty maps in metadata, and the namespace that
 * its kind asks for (cleared when the kind is cluster-scoped, `default` when it is missing).
 */
export function normalize(kind: ServedKind, given: LocalObject): LocalObject {
  const object = dropNulls(toJson(given)) as LocalObject;
  const { namespace, ...rest } = object.metadata;
  const metadata: Record<string, unknown> = rest;
  if (kind.namespaced) metadata['namespace'] = namespace ?? 'default';
  for (const field of EMPTY_IS_ABSENT) {
    const value = metadata[field];
    if (value !== undefined && Object.keys(value as object).length === 0) delete metadata[field];
  }
  return { ...object, apiVersion: apiVersionOf(kind), metadata: metadata as never };
}
