import type { LocalObject } from '../../../../../src/simulator/object.ts';
import { type Api, ApiFailure } from '../../../control-plane/api.ts';
import { collectionOf } from '../../../lib/kinds.ts';

/** Path of all objects of a kind, in a namespace or in the cluster. */
export function pathOfAll(kind: string, namespace?: string): string {
  const { path } = collectionOf(kind);
  if (namespace === undefined) return path;
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}/namespaces/${namespace}${path.slice(slash)}`;
}

export function pathOf(kind: string, namespace: string | undefined, name: string): string {
  return `${pathOfAll(kind, namespace)}/${name}`;
}

/** As `kubectl apply --server-side --force-conflicts`. */
export async function apply(api: Api, object: LocalObject): Promise<void> {
  const { kind, metadata } = object;
  const path = pathOf(kind, metadata.namespace, metadata.name);
  const contentType = 'application/apply-patch+yaml';
  await api.call('PATCH', `${path}?fieldManager=owner&force=true`, { body: object, contentType });
}

/** As `kubectl replace`: nothing but the manifest is kept. */
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

/** Does not wait until the object is gone. */
export async function remove(
  api: Api,
  kind: string,
  namespace: string | undefined,
  name: string,
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan' = 'Background',
): Promise<void> {
  await api.call('DELETE', pathOf(kind, namespace, name), { body: { propagationPolicy } });
}

/** The object, or nothing when it is not there. */
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
