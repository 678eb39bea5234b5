import { controllerOf } from '../../k8s/controller-of.ts';
import type { LabelSelector, OwnerReference } from '../../k8s/object.ts';
import { matchesSelector } from '../../k8s/selector.ts';
import { isReason } from '../errors.ts';
import type { ServedKind } from '../kinds.ts';
import type { LocalObject } from '../object.ts';
import {
  addGroup,
  atomicUpdate,
  doing,
  type Groups,
  type Metacontroller,
  throwAll,
} from './controller.ts';
import { ownerReference } from './manage-children.ts';

/** Refused when the parent, as it is stored now, is another one or is being deleted. */
function checkAdopts({ api }: Metacontroller, parent: LocalObject, child: LocalObject): void {
  const { uid, deletionTimestamp } = api.get(api.keyOf(parent)).metadata;
  if (uid === parent.metadata.uid && deletionTimestamp === undefined) return;
  throw new Error(
    `can't adopt ${child.kind} ${child.metadata.name}: its parent is gone or being deleted`,
  );
}

async function changeOwners(
  metacontroller: Metacontroller,
  child: LocalObject,
  change: (owners: readonly OwnerReference[]) => OwnerReference[],
): Promise<void> {
  await atomicUpdate(metacontroller, child, (live) => {
    const ownerReferences = change(live.metadata.ownerReferences ?? []);
    return { ...live, metadata: { ...live.metadata, ownerReferences } };
  });
}

/**
 * Is this child the parent's? Adopts one that has no controller and the parent's labels, and releases one that has the
 * parent as its controller but not the labels (pkg/third_party/kubernetes/controller_ref_manager.go). A parent that is
 * being deleted does neither.
 */
async function claim(
  metacontroller: Metacontroller,
  parent: LocalObject,
  selector: LabelSelector,
  child: LocalObject,
): Promise<boolean> {
  const { uid } = parent.metadata;
  const owner = controllerOf(child)?.uid;
  if (owner !== undefined && owner !== uid) return false;
  const isSelected = matchesSelector(selector, child.metadata.labels);
  if (owner === uid && isSelected) return true;
  if (parent.metadata.deletionTimestamp !== undefined) return false;
  const others = (owners: readonly OwnerReference[]) => owners.filter((one) => one.uid !== uid);
  if (owner === uid) {
    await changeOwners(metacontroller, child, others);
    return false;
  }
  if (!isSelected || child.metadata.deletionTimestamp !== undefined) return false;
  checkAdopts(metacontroller, parent, child);
  await changeOwners(metacontroller, child, (owners) => [
    ...others(owners),
    ownerReference(parent),
  ]);
  return true;
}

async function claimKind(
  metacontroller: Metacontroller,
  parent: LocalObject,
  selector: LabelSelector,
  kind: ServedKind,
): Promise<LocalObject[]> {
  const { namespace } = parent.metadata;
  const isLocal = ({ metadata }: LocalObject) =>
    namespace === undefined || metadata.namespace === namespace;
  const errors: unknown[] = [];
  const claimed: LocalObject[] = [];
  for (const child of metacontroller.informers.list(kind).filter(isLocal)) {
    try {
      if (await claim(metacontroller, parent, selector, child)) claimed.push(child);
    } catch (error) {
      if (!isReason(error, 'NotFound')) errors.push(error);
    }
  }
  throwAll(errors);
  return claimed;
}

/**
 * The observed children, as the cache has them: what the parent owns, and what it adopts now. A namespaced parent looks
 * into its own namespace only. The first kind with a failure ends it (`claimChildren` in
 * pkg/controller/composite/controller.go).
 */
export async function claimChildren(
  metacontroller: Metacontroller,
  parent: LocalObject,
  selector: LabelSelector,
  kinds: readonly ServedKind[],
): Promise<Groups> {
  const groups: Groups = {};
  for (const kind of kinds) {
    const claimed = await doing(`can't claim ${kind.kind} children`, () =>
      claimKind(metacontroller, parent, selector, kind),
    );
    addGroup(groups, kind, claimed);
  }
  return groups;
}
