import type { OwnerReference } from '../../k8s/object.ts';
import type { Change, Store } from '../api-server/store.ts';
import type { ApiServer, Client } from '../api-server/types.ts';
import { FOREGROUND, ORPHAN, type Propagation } from '../api-server/write-rules.ts';
import type { Clock } from '../clock.ts';
import type { LocalObject } from '../object.ts';
import { later } from './retry.ts';

const CLIENT: Client = {
  user: 'system:serviceaccount:kube-system:generic-garbage-collector',
  manager: 'kube-controller-manager',
};
const DELAY = 20;

function hasFinalizer(object: LocalObject, name: string): boolean {
  return object.metadata.finalizers?.includes(name) ?? false;
}

function isDeleting(object: LocalObject, finalizer: string): boolean {
  return object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, finalizer);
}

function referenceTo(dependent: LocalObject, uid: string | undefined): OwnerReference | undefined {
  return dependent.metadata.ownerReferences?.find((reference) => reference.uid === uid);
}

/** https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */
export function startGarbageCollector(clock: Clock, store: Store, api: ApiServer): void {
  const dependentsOf = (uid: string | undefined): LocalObject[] =>
    store.list().filter((object) => referenceTo(object, uid) !== undefined);

  /**
   * Is the owner there? True where this is unknown: its kind is not served, or it would be in a namespace and the
   * dependent is in none. In another namespace than the dependent there is no owner.
   */
  const isSolid = (dependent: LocalObject, reference: OwnerReference): boolean => {
    let owner: LocalObject | undefined;
    try {
      const kind = api.kinds.kindOf(reference);
      const namespace = kind.namespaced ? dependent.metadata.namespace : undefined;
      if (kind.namespaced && namespace === undefined) return true;
      owner = store.get(kind, namespace, reference.name);
    } catch {
      return true;
    }
    return owner?.metadata.uid === reference.uid && !isDeleting(owner, FOREGROUND);
  };

  const dropReferences = (dependent: LocalObject, gone: (reference: OwnerReference) => boolean) =>
    api.patch(CLIENT, api.keyOf(dependent), (live) => {
      const ownerReferences = (live.metadata.ownerReferences ?? []).filter(
        (reference) => !gone(reference),
      );
      return { ...live, metadata: { ...live.metadata, ownerReferences } };
    });

  /** The same object as it is stored now; undefined when it is gone. */
  const latest = (object: LocalObject): LocalObject | undefined => {
    const live = api.find(api.keyOf(object));
    return live?.metadata.uid === object.metadata.uid ? live : undefined;
  };

  const deleteDependent = async (dependent: LocalObject): Promise<void> => {
    const { uid, deletionTimestamp } = dependent.metadata;
    if (deletionTimestamp !== undefined) return;
    const propagation: Propagation = hasFinalizer(dependent, ORPHAN) ? 'Orphan' : 'Background';
    await api.delete(CLIENT, api.keyOf(dependent), { uid, propagation });
  };

  /** Deletes an object whose owners are all gone; removes its references to owners that are gone. */
  const collect = async (dependent: LocalObject): Promise<void> => {
    const live = latest(dependent);
    const references = live?.metadata.ownerReferences ?? [];
    const solid = references.filter((reference) => live && isSolid(live, reference));
    if (!live || solid.length === references.length) return;
    if (solid.length === 0) await deleteDependent(live);
    else await dropReferences(live, (reference) => !isSolid(live, reference));
  };

  const removeFinalizer = (owner: LocalObject, name: string) =>
    api.patch(CLIENT, api.keyOf(owner), (live) => {
      const finalizers = (live.metadata.finalizers ?? []).filter((finalizer) => finalizer !== name);
      return { ...live, metadata: { ...live.metadata, finalizers } };
    });

  const orphanDependents = async (owner: LocalObject): Promise<void> => {
    const { uid } = owner.metadata;
    for (const dependent of dependentsOf(uid)) {
      await dropReferences(dependent, (reference) => reference.uid === uid);
    }
    await removeFinalizer(owner, ORPHAN);
  };

  const deleteDependents = async (owner: LocalObject): Promise<void> => {
    const { uid } = owner.metadata;
    for (const dependent of dependentsOf(uid)) await collect(dependent);
    const blocks = dependentsOf(uid).some((left) => referenceTo(left, uid)?.blockOwnerDeletion);
    if (!blocks) await removeFinalizer(owner, FOREGROUND);
  };

  const settleOwner = async (owner: LocalObject): Promise<void> => {
    const live = latest(owner);
    if (live && isDeleting(live, ORPHAN)) await orphanDependents(live);
    else if (live && isDeleting(live, FOREGROUND)) await deleteDependents(live);
  };

  const soon = (work: () => Promise<unknown>): void => later(clock, work, DELAY);

  const onRemoved = (gone: LocalObject): void => {
    for (const dependent of dependentsOf(gone.metadata.uid)) soon(() => collect(dependent));
    for (const { uid } of gone.metadata.ownerReferences ?? []) {
      const owner = store.list().find((object) => object.metadata.uid === uid);
      if (owner && isDeleting(owner, FOREGROUND)) soon(() => settleOwner(owner));
    }
  };

  store.onChange(({ before, after }: Change) => {
    if (!after) {
      if (before) onRemoved(before);
      return;
    }
    if (isDeleting(after, FOREGROUND) || isDeleting(after, ORPHAN)) soon(() => settleOwner(after));
    const references = after.metadata.ownerReferences ?? [];
    const known = before?.metadata.ownerReferences?.length ?? 0;
    if (references.length > known) soon(() => collect(after));
  });
}
