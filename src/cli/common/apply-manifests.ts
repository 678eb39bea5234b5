import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import type { VirtualEnvironment } from '../../api/virtualenvironment.ts';
import type { VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { UsageError } from '../../errors.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { ApiError } from '../../simulator/errors.ts';
import { isEnvironment } from './environments.ts';
import type { Manifest } from './manifests.ts';
import { isMerge, kindName } from './merges.ts';
import { isVirtualEnvironment } from './virtual-environments.ts';

/** Is it a DynamicEnv, an Environment, a VirtualServiceMerge or a VirtualEnvironment? All other objects are what these change. */
export function isSubject(object: KubeObject): boolean {
  return (
    object.kind === 'DynamicEnv' ||
    isEnvironment(object) ||
    isMerge(object) ||
    isVirtualEnvironment(object)
  );
}

export function isNoSubject({ object }: Manifest): boolean {
  return !isSubject(object);
}

/** The VirtualEnvironments. They are applied first: envs and merges work on the VirtualServices that these make. */
export function virtualEnvironmentManifests(
  manifests: readonly Manifest[],
): (Manifest & { object: VirtualEnvironment })[] {
  return manifests.flatMap(({ object, place }) =>
    isVirtualEnvironment(object) ? [{ object, place }] : [],
  );
}

/** The Environments. */
export function environmentManifests(
  manifests: readonly Manifest[],
): (Manifest & { object: Environment })[] {
  return manifests.flatMap(({ object, place }) =>
    isEnvironment(object) ? [{ object, place }] : [],
  );
}

/** The VirtualServiceMerges. */
export function mergeManifests(
  manifests: readonly Manifest[],
): (Manifest & { object: VirtualServiceMerge })[] {
  return manifests.flatMap(({ object, place }) => (isMerge(object) ? [{ object, place }] : []));
}

/** The DynamicEnvs, with the defaults that an API server would fill in. */
export function envManifests(
  manifests: readonly Manifest[],
  validator: CrdValidator,
): (Manifest & { object: DynamicEnv })[] {
  return manifests
    .filter(({ object }) => object.kind === 'DynamicEnv')
    .map(({ object, place }) => ({ object: validator.withDefaults(object) as DynamicEnv, place }));
}

/** Creates or updates each object. If the API server refuses one, the UsageError names its place in the file. */
export async function applyAll(cluster: Cluster, manifests: readonly Manifest[]): Promise<void> {
  for (const { object, place } of manifests) {
    const { namespace, name } = object.metadata;
    const isThere = cluster.get(kindName(object), namespace, name) !== undefined;
    const user = cluster.as('preview');
    try {
      if (!isThere) await user.create(object);
      // The file contains the whole object, no matter who wrote the existing one.
      else await (isSubject(object) ? user.replace(object) : user.apply(object));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new UsageError(`${place}: ${error.message}`);
    }
  }
}
