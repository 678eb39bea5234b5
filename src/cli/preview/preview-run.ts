import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import type { VirtualEnvironment } from '../../api/virtualenvironment.ts';
import type { VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import {
  applyAll,
  environmentManifests,
  envManifests,
  isNoSubject,
  mergeManifests,
  virtualEnvironmentManifests,
} from '../common/apply-manifests.ts';
import type { Manifest } from '../common/manifests.ts';
import { fullName } from '../common/merges.ts';
import { startSimulation } from '../common/simulation.ts';
import { type Snapshot, snapshot } from '../common/snapshot.ts';
import type { PreviewOptions } from './options.ts';

/** What a preview is about: DynamicEnvs, Environments, VirtualServiceMerges and VirtualEnvironments. */
export interface Subjects {
  envs: DynamicEnv[];
  environments: Environment[];
  merges: VirtualServiceMerge[];
  virtualEnvironments: VirtualEnvironment[];
}

/** An in-memory cluster to which the subjects were applied. */
export interface PreviewRun {
  cluster: Cluster;
  /** First line of the output, if the objects are those of a cluster. */
  title?: string;
  /** The objects without the subjects. */
  without: Snapshot;
  /** The objects before these were applied; with their present version, if they exist already. */
  before: Snapshot;
  /** The subjects (see `fullName`). */
  names: ReadonlySet<string>;
  /** Further warnings, given the subjects after the cluster has settled. */
  notes: (subjects: Subjects) => string[];
  /** ConfigMaps of the cluster that workloads read by `envFrom`. */
  sources: readonly KubeObject[];
  /** Said if there are no subjects. */
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
  await applyAll(cluster, manifests.filter(isNoSubject));
  await cluster.settle();
  const before = snapshot(cluster.all());
  const subjects = [
    ...virtualEnvironmentManifests(manifests),
    ...environmentManifests(manifests),
    ...envManifests(manifests, validator),
    ...mergeManifests(manifests),
  ];
  await applyAll(cluster, subjects);
  return {
    cluster,
    without: before,
    before,
    names: new Set(subjects.map(({ object }) => fullName(object))),
    notes: () => [],
    sources: [],
    none: 'no DynamicEnv, Environment, VirtualServiceMerge or VirtualEnvironment among the files',
  };
}
