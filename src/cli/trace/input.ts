import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { nameOfAuthority } from '../../istio/request-host.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { type OpenCluster, openCluster } from '../../kube-client/open.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import {
  applyAll,
  environmentManifests,
  envManifests,
  isNoSubject,
  mergeManifests,
  virtualEnvironmentManifests,
} from '../common/apply-manifests.ts';
import { readEnvironments } from '../common/cluster-environments.ts';
import type { ClusterObjects } from '../common/cluster-read.ts';
import type { Manifest } from '../common/manifests.ts';
import { notSeen } from '../common/missing-rights.ts';
import { sameAvailability } from '../common/same-availability.ts';
import { startSimulation } from '../common/simulation.ts';
import { unavailableClones } from '../common/unavailable-clones.ts';
import { asWritten, isBeingDeleted, withoutEnvs } from '../common/user-objects.ts';
import { isVirtualEnvironment, withoutChildren } from '../common/virtual-environments.ts';
import type { TraceOptions } from './options.ts';
import { readForTrace } from './read-objects.ts';

/** The objects among which a request is traced. */
export interface TraceInput {
  objects: readonly KubeObject[];
  notes: string[];
  /** First line of the output, if the objects are those of a cluster. */
  title?: string;
  /** The namespace of a caller without flags. */
  namespace: string;
}

type Load = (namespace: string | undefined) => Promise<Manifest[]>;

/** The objects of files, after the envs among them have settled. */
export async function traceFiles(
  load: Load,
  options: Pick<TraceOptions, 'config' | 'namespace'>,
  validator: CrdValidator,
): Promise<TraceInput> {
  const manifests = await load(undefined);
  const { cluster } = await startSimulation(options.config, { strategy: 'server-side-apply' });
  await applyAll(cluster, manifests.filter(isNoSubject));
  await applyAll(cluster, virtualEnvironmentManifests(manifests));
  await cluster.settle();
  await applyAll(cluster, [...environmentManifests(manifests), ...mergeManifests(manifests)]);
  await cluster.settle();
  await applyAll(cluster, envManifests(manifests, validator));
  return { ...(await settled(cluster)), namespace: options.namespace ?? 'default' };
}

/** A cluster's objects as they are now; with files, as they would be after these were applied and the cluster has settled. */
export async function traceCluster(
  load: Load,
  access: ClusterOptions,
  options: TraceOptions,
  validator: CrdValidator,
): Promise<TraceInput> {
  const open = await openCluster(access, process.env);
  const manifests = await load(open.namespace);
  const namespace = options.namespace ?? open.namespace;
  const read = await readForTrace(open, namespacesOf(options, namespace));
  const title = `On the cluster of context ${open.context} (${open.server})`;
  const { objects, notes } = read;
  if (options.files.length === 0) return { objects, notes, title, namespace };
  const layers = await environmentsNeeded(open, manifests, objects);
  const applied = await withFiles(
    [...read.objects, ...read.unseenMerges, ...layers.objects],
    manifests,
    options,
    validator,
  );
  return {
    objects: applied.objects,
    notes: [...read.notes, ...layers.notes, ...applied.notes],
    title: `${title}, with the files applied`,
    namespace,
  };
}

/** The cluster's Environments, if an env uses one. */
export async function environmentsNeeded(
  open: OpenCluster,
  manifests: readonly Manifest[],
  objects: readonly KubeObject[],
): Promise<ClusterObjects> {
  const all = [...objects, ...manifests.map(({ object }) => object)];
  const envs = all.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[];
  if (envs.every(({ spec }) => spec.environment === undefined)) return { objects: [], notes: [] };
  const { environments, denied } = await readEnvironments(open);
  const notes =
    denied === undefined
      ? []
      : [notSeen(denied, 'Environments; envs that use one have no routes here')];
  return {
    objects: environments.filter((one) => !isBeingDeleted(one)).map(asWritten),
    notes,
  };
}

/** The namespaces that the URLs name, and the caller's. */
function namespacesOf({ calls, caller, config }: TraceOptions, namespace: string): string[] {
  const end = `.svc.${config.clusterDomain}`;
  const inMesh = caller.gateway === undefined ? calls : calls.slice(1);
  const hosts = inMesh.flatMap(({ authority }) => {
    const name = nameOfAuthority(authority)
      .replace(end, '')
      .replace(/\.svc$/, '');
    const [, home, ...rest] = name.split('.');
    return home === undefined || rest.length > 0 ? [] : [home];
  });
  const home = caller.from?.namespace ?? caller.namespace;
  // Users seldom have rights in a gateway's namespace. So it is read only if no URL names a namespace.
  const [edge] = caller.gateway?.split('/') ?? [];
  const start = edge === undefined ? (home ?? namespace) : undefined;
  const all = [...hosts, ...(start === undefined ? [] : [start])];
  return all.length === 0 ? [edge ?? namespace] : [...new Set(all)].sort();
}

/** What envs and merges have created is created again from the users' objects, as in `preview`; here for all of them. */
export async function withFiles(
  objects: readonly KubeObject[],
  manifests: readonly Manifest[],
  { config }: Pick<TraceOptions, 'config'>,
  validator: CrdValidator,
): Promise<ClusterObjects> {
  const existing = objects.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[];
  const envs = existing.filter((env) => !isBeingDeleted(env)).map(asWritten);
  const availability = sameAvailability(unavailableClones(envs, objects, config.clusterDomain));
  const { cluster } = await startSimulation(config, {
    strategy: 'server-side-apply',
    start: new Date().toISOString(),
    neverReady: availability.isNeverReady,
  });
  const others = objects.filter(({ kind }) => kind !== 'DynamicEnv');
  const environments = objects.filter(isVirtualEnvironment);
  const users = withoutEnvs(
    withoutChildren(others, environments).filter((object) => !isVirtualEnvironment(object)),
    'all',
    config.clusterDomain,
  );
  const written = environments.filter((one) => !isBeingDeleted(one)).map(asWritten);
  for (const object of [...users, ...written]) cluster.restore(object);
  await applyAll(cluster, manifests.filter(isNoSubject));
  await availability.restoreEnvs(cluster, envs);
  await applyAll(cluster, [
    ...virtualEnvironmentManifests(manifests),
    ...environmentManifests(manifests),
    ...mergeManifests(manifests),
    ...envManifests(manifests, validator),
  ]);
  await availability.recoverChanged(cluster);
  return settled(cluster);
}

async function settled(cluster: Cluster): Promise<ClusterObjects> {
  const { quiet } = await cluster.settle();
  const notes = quiet
    ? []
    : ['the in-memory cluster has not settled within ten minutes of its clock'];
  return { objects: cluster.all(), notes };
}
