import type { LocalObject } from '../../../../../src/simulator/object.ts';
import { type Api, ApiFailure } from '../../../control-plane/api.ts';
import { collectionOf } from '../../../lib/kinds.ts';

/** Path of the collection of a kind, in one namespace or in the whole cluster. */
export function pathOfAll(kind: string, namespace?: string): string {
  const { path } = collectionOf(kind);
  if (namespace === undefined) return path;
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}/namespaces/${namespace}${path.slice(slash)}`;
}

export function pathOf(kind: string, namespace: string | undefined, name: string): string {
  return `${pathOfAll(kind, namespace)}/${name}`;
}

/** Writes an object as `kubectl apply --server-side --force-conflicts` does. */
export async function apply(api: Api, object: LocalObject): Promise<void> {
  const { kind, metadata } = object;
  const path = pathOf(kind, metadata.namespace, metadata.name);
  const contentType = 'application/apply-patch+yaml';
  await api.call('PATCH', `${path}?fieldManager=owner&force=true`, { body: object, contentType });
}

/** Writes an object as `kubectl replace` does: fields that are not in the manifest are removed. */
export async function replace(api: Api, object: LocalObject): Promise<void> {
  const { kind, metadata } = object;
  const path = pathOf(kind, metadata.namespace, metadata.name);
  for (;;) {
    const { resourceVersion } = (await api.call<LocalObject>('GET', path)).metadata;
    const body = { ...object, metadata: { ...metadata, resourceVersion } };
    const isWritten = await api.call('PUT', path, { body }).then(() => true, isConflict);
    if (isWritten) return;
  }
}

function isConflict(error: unknown): false {
  if (error instanceof ApiFailure && error.code === 409) return false;
  throw error;
}

export async function mergePatch(
  api: Api,
  kind: string,
  namespace: string | undefined,
  name: string,
  body: object,
): Promise<void> {
  const contentType = 'application/merge-patch+json';
  await api.call('PATCH', pathOf(kind, namespace, name), { body, contentType });
}

/** Deletes an object. Does not wait until it is removed. */
export async function remove(
  api: Api,
  kind: string,
  namespace: string | undefined,
  name: string,
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan' = 'Background',
): Promise<void> {
  await api.call('DELETE', pathOf(kind, namespace, name), { body: { propagationPolicy } });
}

/** The object; undefined if it does not exist. */
export async function read<T = LocalObject>(
  api: Api,
  kind: string,
  namespace: string | undefined,
  name: string,
): Promise<T | undefined> {
  return api.call<T>('GET', pathOf(kind, namespace, name)).catch((error: unknown) => {
    if (error instanceof ApiFailure && error.code === 404) return undefined;
    throw error;
  });
}
