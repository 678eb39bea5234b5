import { LAST_APPLIED_ANNOTATION } from '../../api/marks.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import { isReason } from '../errors.ts';
import type { LocalObject } from '../object.ts';
import type { Metacontroller } from './controller.ts';

/** Fields that cannot be applied. */
function sanitize({ status: _, ...object }: LocalObject): LocalObject {
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = object.metadata;
  const { [LAST_APPLIED_ANNOTATION]: _last, ...kept } = annotations ?? {};
  const metadata = {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations: kept }),
    ...(finalizers && { finalizers }),
    ...(ownerReferences && { ownerReferences }),
  };
  return { ...object, metadata };
}

/** An annotation that dynamic-apply mode left. */
async function removeLastApplied(
  { api, client }: Metacontroller,
  observed: LocalObject,
): Promise<void> {
  if (observed.metadata.annotations?.[LAST_APPLIED_ANNOTATION] === undefined) return;
  await api.patch(client, api.keyOf(observed), (live) => {
    const { [LAST_APPLIED_ANNOTATION]: _, ...annotations } = live.metadata.annotations ?? {};
    return { ...live, metadata: { ...live.metadata, annotations } };
  });
}

/**
 * Creates or updates one child as `--apply-strategy=server-side-apply` does (pkg/controller/common/manage_children.go):
 * by force, so that it takes over an object of somebody else that has the child's name.
 */
export async function applyServerSide(
  metacontroller: Metacontroller,
  observed: LocalObject | undefined,
  child: LocalObject,
  own: (child: LocalObject) => LocalObject,
): Promise<void> {
  if (observed?.metadata.deletionTimestamp !== undefined) return;
  const { api, client, applied } = metacontroller;
  const desired = sanitize(own(child));
  const hash = canonicalJson(desired);
  if (observed && applied.isCurrent(hash, observed)) return;
  try {
    if (observed) await removeLastApplied(metacontroller, observed);
    applied.remember(hash, await api.apply(client, desired, true));
  } catch (error) {
    if (observed && isReason(error, 'NotFound')) return;
    if (!isReason(error, 'Conflict')) throw error;
  }
}
