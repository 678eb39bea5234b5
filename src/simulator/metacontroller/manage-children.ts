import type { OwnerReference } from '../../k8s/object.ts';
import { keyOf } from '../api-server/types.ts';
import { isReason } from '../errors.ts';
import { groupKey, kindOf } from '../kinds.ts';
import { type LocalObject, qualifiedName } from '../object.ts';
import { applyDynamic } from './apply-dynamic.ts';
import { type AppliedCache, applyServerSide, forgetApplied } from './apply-server-side.ts';
import { type Groups, type Metacontroller, throwAll } from './controller.ts';

export function ownerReference(parent: LocalObject): OwnerReference {
  const { name, uid = '' } = parent.metadata;
  const { apiVersion, kind } = parent;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function owned(parent: LocalObject, child: LocalObject): LocalObject {
  const references = child.metadata.ownerReferences ?? [];
  if (references.some(({ uid }) => uid === parent.metadata.uid)) return child;
  const ownerReferences = [...references, ownerReference(parent)];
  return { ...child, metadata: { ...child.metadata, ownerReferences } };
}

/** By apiVersion as sent: a child in another version than the observed one is another child. */
export function groupDesired(children: readonly LocalObject[]): Groups {
  const groups: Groups = {};
  for (const child of children) {
    const key = groupKey(child.apiVersion, child.kind);
    groups[key] ??= {};
    groups[key][qualifiedName(child)] = child;
  }
  return groups;
}

/** Kinds come in the order of group, version, kind; children in that of their names. */
function inOrder(groups: Groups): LocalObject[] {
  const rank = (key: string) => key.slice(key.indexOf('.') + 1) + key;
  return Object.keys(groups)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .flatMap((key) => {
      const group = groups[key] ?? {};
      return Object.keys(group)
        .sort()
        .flatMap((name) => group[name] ?? []);
    });
}

function sibling(groups: Groups, { apiVersion, kind, ...rest }: LocalObject) {
  return groups[groupKey(apiVersion, kind)]?.[qualifiedName({ apiVersion, kind, ...rest })];
}

async function deleteChild(
  { api, client }: Metacontroller,
  cache: AppliedCache,
  child: LocalObject,
): Promise<void> {
  const { uid, deletionTimestamp } = child.metadata;
  if (deletionTimestamp !== undefined) return;
  try {
    await api.delete(client, keyOf(child), { uid, propagation: 'Background' });
    forgetApplied(cache, child);
  } catch (error) {
    if (!isReason(error, 'NotFound')) {
      const what = `${child.kind} ${qualifiedName(child)}`;
      throw new Error(`can't delete ${what}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/**
 * Deletes what is observed and not wanted, then creates or updates what is wanted, all at once and without waiting
 * (pkg/controller/common/manage_children.go). A failure stops nothing else; all of them are told in the end.
 */
export async function manageChildren(
  metacontroller: Metacontroller,
  cache: AppliedCache,
  parent: LocalObject,
  observed: Groups,
  desired: Groups,
): Promise<void> {
  const errors: unknown[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      errors.push(error);
    }
  };
  for (const child of inOrder(observed)) {
    if (!sibling(desired, child)) await attempt(() => deleteChild(metacontroller, cache, child));
  }
  const own = (child: LocalObject): LocalObject => owned(parent, child);
  for (const child of inOrder(desired)) {
    const known = sibling(observed, child);
    await attempt(async () => {
      if (kindOf(child).namespaced && !child.metadata.namespace) {
        throw new Error('an empty namespace may not be set during creation');
      }
      if (metacontroller.strategy === 'dynamic-apply') {
        await applyDynamic(metacontroller, known, child, own);
      } else {
        await applyServerSide(metacontroller, cache, known, child, own);
      }
    });
  }
  throwAll(errors);
}
