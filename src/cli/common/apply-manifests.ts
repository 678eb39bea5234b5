import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { UsageError } from '../../errors.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { ApiError } from '../../simulator/errors.ts';
import type { Manifest } from './manifests.ts';

export function isNoEnv({ object }: Manifest): boolean {
  return object.kind !== 'DynamicEnv';
}

/** The DynamicEnvs, with the defaults that an API server would fill in. */
export function envManifests(
  manifests: readonly Manifest[],
  validator: CrdValidator,
): (Manifest & { object: DynamicEnv })[] {
  return manifests
    .filter((manifest) => !isNoEnv(manifest))
    .map(({ object, place }) => ({ object: validator.withDefaults(object) as DynamicEnv, place }));
}

/** Creates or updates each object. If the API server refuses one, the UsageError names its place in the file. */
export async function applyAll(cluster: Cluster, manifests: readonly Manifest[]): Promise<void> {
  for (const { object, place } of manifests) {
    const { kind, metadata } = object;
    const isThere = cluster.get(kind, metadata.namespace, metadata.name) !== undefined;
    const user = cluster.as('preview');
    try {
      if (!isThere) await user.create(object);
      // The file contains the whole env, no matter who wrote the existing one.
      else await (kind === 'DynamicEnv' ? user.replace(object) : user.apply(object));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new UsageError(`${place}: ${error.message}`);
    }
  }
}
