import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { applyAll, envManifests, isNoEnv } from '../common/apply-manifests.ts';
import type { Manifest } from '../common/manifests.ts';
import { startSimulation } from '../common/simulation.ts';
import { type Snapshot, snapshot } from '../common/snapshot.ts';
import type { PreviewOptions } from './options.ts';

/** An in-memory cluster to which the envs in question were applied. */
export interface PreviewRun {
  cluster: Cluster;
  /** First line of the output, if the objects are those of a cluster. */
  title?: string;
  /** The objects without the envs in question. */
  without: Snapshot;
  /** The objects before the envs were applied; with the envs' present version, if they exist already. */
  before: Snapshot;
  /** The envs in question. */
  names: string[];
  /** Further warnings, given the envs after the cluster has settled. */
  notes: (envs: readonly DynamicEnv[]) => string[];
  /** Said if there is no env. */
  none: string;
}

/** A preview on the objects of files alone. */
export async function previewFiles(
  manifests: readonly Manifest[],
  { config }: Pick<PreviewOptions, 'config'>,
  validator: CrdValidator,
): Promise<PreviewRun> {
  const { cluster } = await startSimulation(
    { ...config, neverExpires: true },
    { strategy: 'server-side-apply' },
  );
  await applyAll(cluster, manifests.filter(isNoEnv));
  await cluster.settle();
  const before = snapshot(cluster.all());
  const envs = envManifests(manifests, validator);
  await applyAll(cluster, envs);
  return {
    cluster,
    without: before,
    before,
    names: envs.map(({ object }) => object.metadata.name),
    notes: () => [],
    none: 'no DynamicEnv among the files',
  };
}
