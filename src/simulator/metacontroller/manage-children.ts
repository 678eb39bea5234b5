import type { OwnerReference } from '../../k8s/object.ts';
import { isReason } from '../errors.ts';
import { groupKey, splitApiVersion } from '../kinds.ts';
import { type LocalObject, qualifiedName } from '../object.ts';
import { applyDynamic } from './apply-dynamic.ts';
import { applyServerSide } from './apply-server-side.ts';
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

/**
 * The answered children by kind, in the parent's namespace where they name none (`applyNamespaceDefaults`). By apiVersion
 * as sent: a child in another version than the observed one is another child.
 */
export function groupDesired(
  parent: LocalObject,
  children: readonly LocalObject[],
  change: (child: LocalObject) => LocalObject,
): Groups {
  const groups: Groups = {};
  for (const child of children) {
    const placed = change(placedIn(parent.metadata.namespace, child));
    const key = groupKey(placed.apiVersion, placed.kind);
    groups[key] ??= {};
    groups[key][qualifiedName(placed)] = placed;
  }
  return groups;
}

function placedIn(namespace: string | undefined, child: LocalObject): LocalObject {
  if (namespace === undefined || child.metadata.namespace) return child;
  return { ...child, metadata: { ...child.metadata, namespace } };
}

/** Kinds come in the order of group, version, kind (`GetAllGVKs`); children in that of their names. */
function inOrder(groups: Groups): LocalObject[] {
  return Object.entries(groups)
    .map(([key, group]) => ({ rank: rankOf(key), group }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .flatMap(({ group }) =>
      Object.entries(group)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, child]) => child),
    );
}

/** A key such as `Deployment.apps/v1` as a text that sorts by group, version and kind. */
function rankOf(key: string): string {
  const dot = key.indexOf('.');
  const { group, version } = splitApiVersion(key.slice(dot + 1));
  return [group, version, key.slice(0, dot)].join(' ');
}

function sibling(groups: Groups, { apiVersion, kind, ...rest }: LocalObject) {
  return groups[groupKey(apiVersion, kind)]?.[qualifiedName({ apiVersion, kind, ...rest })];
}

async function deleteChild(
  { api, client, applied }: Metacontroller,
  child: LocalObject,
): Promise<void> {
  const { uid, deletionTimestamp } = child.metadata;
  if (deletionTimestamp !== undefined) return;
  try {
    await api.delete(client, api.keyOf(child), { uid, propagation: 'Background' });
    applied.forget(child);
  } catch (error) {
    if (!isReason(error, 'NotFound')) {
      const what = `${child.kind} ${qualifiedName(child)}`;
      throw new Error(`can't delete ${what}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/**
 * Deletes what is observed and not desired, then creates or updates what is desired, all at once and without waiting
 * (pkg/controller/common/manage_children.go). A failure does not stop the others; all failures are reported at the end.
 */
export async function manageChildren(
  metacontroller: Metacontroller,
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
    if (!sibling(desired, child)) await attempt(() => deleteChild(metacontroller, child));
  }
  const own = (child: LocalObject): LocalObject => owned(parent, child);
  for (const child of inOrder(desired)) {
    const known = sibling(observed, child);
    await attempt(async () => {
      if (metacontroller.api.kinds.kindOf(child).namespaced && !child.metadata.namespace) {
        throw new Error('an empty namespace may not be set during creation');
      }
      if (metacontroller.strategy === 'dynamic-apply') {
        await applyDynamic(metacontroller, known, child, own);
      } else {
        await applyServerSide(metacontroller, known, child, own);
      }
    });
  }
  throwAll(errors);
}
