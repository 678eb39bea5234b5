import { LAST_APPLIED_ANNOTATION } from '../../api/marks.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import { keyOf } from '../api-server/types.ts';
import { isReason } from '../errors.ts';
import type { LocalObject } from '../object.ts';
import type { Metacontroller } from './controller.ts';

/** What was applied last, and what came of it. */
interface Applied {
  desired: string;
  uid: string | undefined;
  generation: number;
  resourceVersion: string | undefined;
}

export type AppliedCache = Map<string, Applied>;

function cacheKey(object: LocalObject): string {
  const { kind, namespace, name } = keyOf(object);
  return `${kind.group}/${kind.kind}/${namespace ?? ''}/${name}`;
}

function remember(cache: AppliedCache, desired: string, object: LocalObject): void {
  const { uid, generation = 0, resourceVersion } = object.metadata;
  cache.set(cacheKey(object), { desired, uid, generation, resourceVersion });
}

/** Labels and annotations that somebody changed by hand do not show here: neither the hash nor the generation tells. */
function isUnchanged(cache: AppliedCache, desired: string, observed: LocalObject): boolean {
  const known = cache.get(cacheKey(observed));
  const { uid, generation = 0, resourceVersion } = observed.metadata;
  return (
    known !== undefined &&
    known.uid === uid &&
    known.desired === desired &&
    known.generation === generation &&
    (generation !== 0 || known.resourceVersion === resourceVersion)
  );
}

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

/** Left by dynamic-apply mode. */
async function removeLastApplied(
  { api, client }: Metacontroller,
  observed: LocalObject,
): Promise<void> {
  if (observed.metadata.annotations?.[LAST_APPLIED_ANNOTATION] === undefined) return;
  await api.patch(client, keyOf(observed), (live) => {
    const { [LAST_APPLIED_ANNOTATION]: _, ...annotations } = live.metadata.annotations ?? {};
    return { ...live, metadata: { ...live.metadata, annotations } };
  });
}

/**
 * Creates or updates one child as `--apply-strategy=server-side-apply` does (pkg/controller/common/manage_children.go):
 * by force, so that an object of somebody else's that has the child's name is taken over.
 */
export async function applyServerSide(
  metacontroller: Metacontroller,
  cache: AppliedCache,
  observed: LocalObject | undefined,
  child: LocalObject,
  own: (child: LocalObject) => LocalObject,
): Promise<void> {
  if (observed?.metadata.deletionTimestamp !== undefined) return;
  const desired = sanitize(own(child));
  const hash = canonicalJson(desired);
  if (observed && isUnchanged(cache, hash, observed)) return;
  try {
    if (observed) await removeLastApplied(metacontroller, observed);
    const applied = await metacontroller.api.apply(metacontroller.client, desired, true);
    remember(cache, hash, applied);
  } catch (error) {
    if (observed && isReason(error, 'NotFound')) return;
    if (!isReason(error, 'Conflict')) throw error;
  }
}

export function forgetApplied(cache: AppliedCache, child: LocalObject): void {
  cache.delete(cacheKey(child));
}
