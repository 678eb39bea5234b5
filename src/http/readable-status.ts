import type { CrdValidator } from '../api/crd-schema.ts';
import type { DynamicEnv } from '../api/dynamicenv.ts';
import type { KubeObject } from '../k8s/object.ts';

/**
 * The env with the status that it has, if that is one of this version's: the next one is made of it (since when a condition
 * holds). Without it everything is judged anew.
 */
export function withReadableStatus(
  parent: KubeObject & { status?: unknown },
  validator: CrdValidator,
): DynamicEnv {
  const { apiVersion, kind, metadata, status } = parent;
  const env = parent as DynamicEnv;
  if (status === undefined) return env;
  const alone = { apiVersion, kind, metadata: { name: metadata.name }, status };
  if (validator.validateStatus(alone).errors.length === 0) return env;
  const { status: _unreadable, ...rest } = env;
  return rest;
}
