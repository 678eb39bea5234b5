import { CONTROLLER_UID_LABEL } from '../../api/marks.ts';
import { keyOf } from '../api-server/types.ts';
import { isReason } from '../errors.ts';
import { kindNamed } from '../kinds.ts';
import { controllerUid, type LocalObject } from '../object.ts';
import {
  addGroup,
  atomicUpdate,
  type Groups,
  type Metacontroller,
  throwAll,
} from './controller.ts';
import { CHILD_KINDS } from './controllers.ts';
import { ownerReference } from './manage-children.ts';

/** generateSelector: children are found by the label controller-uid, whatever else they carry. */
export function isSelected(parent: LocalObject, child: LocalObject): boolean {
  return child.metadata.labels?.[CONTROLLER_UID_LABEL] === parent.metadata.uid;
}

async function adopt(
  metacontroller: Metacontroller,
  parent: LocalObject,
  child: LocalObject,
): Promise<void> {
  const fresh = metacontroller.api.get(keyOf(parent));
  if (
    fresh.metadata.uid !== parent.metadata.uid ||
    fresh.metadata.deletionTimestamp !== undefined
  ) {
    throw new Error(
      `can't adopt ${child.kind} ${child.metadata.name}: its parent is gone or going`,
    );
  }
  await atomicUpdate(metacontroller, child, (live) => {
    const ownerReferences = [...(live.metadata.ownerReferences ?? []), ownerReference(parent)];
    return { ...live, metadata: { ...live.metadata, ownerReferences } };
  });
}

async function release(
  metacontroller: Metacontroller,
  parent: LocalObject,
  child: LocalObject,
): Promise<void> {
  await atomicUpdate(metacontroller, child, (live) => {
    const ownerReferences = (live.metadata.ownerReferences ?? []).filter(
      ({ uid }) => uid !== parent.metadata.uid,
    );
    return { ...live, metadata: { ...live.metadata, ownerReferences } };
  });
}

/** Is this child ours after all? pkg/third_party/kubernetes/controller_ref_manager.go */
async function claim(
  metacontroller: Metacontroller,
  parent: LocalObject,
  child: LocalObject,
): Promise<boolean> {
  const owner = controllerUid(child);
  const selected = isSelected(parent, child);
  if (owner === parent.metadata.uid && selected) return true;
  if (parent.metadata.deletionTimestamp !== undefined) return false;
  if (owner === parent.metadata.uid) {
    await release(metacontroller, parent, child);
    return false;
  }
  const isCandidate = owner === undefined && selected;
  if (!isCandidate || child.metadata.deletionTimestamp !== undefined) return false;
  await adopt(metacontroller, parent, child);
  return true;
}

/** The observed children, by the cache: what the parent owns, and what it adopts now. */
export async function claimChildren(
  metacontroller: Metacontroller,
  parent: LocalObject,
): Promise<Groups> {
  const groups: Groups = {};
  const errors: unknown[] = [];
  const tryClaim = async (child: LocalObject): Promise<boolean> => {
    try {
      return await claim(metacontroller, parent, child);
    } catch (error) {
      if (!isReason(error, 'NotFound')) errors.push(error);
      return false;
    }
  };
  for (const kind of CHILD_KINDS.map(kindNamed)) {
    const claimed: LocalObject[] = [];
    for (const child of metacontroller.informers.list(kind)) {
      if (await tryClaim(child)) claimed.push(child);
    }
    addGroup(groups, kind, claimed);
  }
  throwAll(errors);
  return groups;
}
