import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { applyAll, envManifests, isNoEnv } from '../shared/apply-manifests.ts';
import type { Manifest } from '../shared/manifests.ts';
import { startSimulation } from '../shared/simulation.ts';
import { type Snapshot, snapshot } from '../shared/snapshot.ts';
import type { PreviewOptions } from './options.ts';

/** An in-memory cluster in which the envs in question have done what they do. */
export interface PreviewRun {
  cluster: Cluster;
  /** Where this is played, if not among files. */
  title?: string;
  /** Without the envs in question. */
  without: Snapshot;
  /** Before they came; with their present version, if they were there already. */
  before: Snapshot;
  /** The envs in question. */
  names: string[];
  /** What else is to be said, now that the envs stand so. */
  notes: (envs: readonly DynamicEnv[]) => string[];
  /** Why there is nothing to preview. */
  none: string;
}

/** Everything from files. */
export async function previewFiles(
  manifests: readonly Manifest[],
  { config }: Pick<PreviewOptions, 'config'>,
  validator: CrdValidator,
): Promise<PreviewRun> {
  const { cluster } = await startSimulation(config, { strategy: 'server-side-apply' });
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
