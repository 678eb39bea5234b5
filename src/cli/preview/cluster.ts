import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { nameOf, namespaceOf } from '../../istio/objects.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { type OpenCluster, openCluster } from '../../kube-client/open.ts';
import {
  applyAll,
  environmentManifests,
  envManifests,
  isNoSubject,
  mergeManifests,
  virtualEnvironmentManifests,
} from '../common/apply-manifests.ts';
import { readEnvs, readForEnvs } from '../common/cluster-read.ts';
import type { Manifest } from '../common/manifests.ts';
import { fullName } from '../common/merges.ts';
import { sameAvailability } from '../common/same-availability.ts';
import { startSimulation } from '../common/simulation.ts';
import { snapshot } from '../common/snapshot.ts';
import {
  type UnavailableClone,
  unavailableBases,
  unavailableClones,
  unavailableExisting,
} from '../common/unavailable-clones.ts';
import {
  asWritten,
  isBeingDeleted,
  isVirtualService,
  withinNamespaces,
  withoutEnvs,
} from '../common/user-objects.ts';
import { withoutChildren } from '../common/virtual-environments.ts';
import { environmentNotes, environmentsInvolved, envsConcerned } from './cluster-environments.ts';
import { mergeNotes, mergesInvolved, mergesThere, namespacesOf } from './cluster-merges.ts';
import {
  type VirtualEnvironmentsInvolved,
  virtualEnvironmentNotes,
  virtualEnvironmentsInvolved,
} from './cluster-virtual-environments.ts';
import { readSources } from './env-from.ts';
import type { PreviewOptions } from './options.ts';
import type { PreviewRun } from './preview-run.ts';

/**
 * A preview on the objects of a cluster, with the files' objects applied over them. What existing envs have created is not
 * copied but created again from the users' objects: docs/adr/0009-the-cli-reads-clusters.md.
 */
export async function previewCluster(
  load: (namespace: string) => Promise<Manifest[]>,
  access: ClusterOptions,
  { files, config }: PreviewOptions,
  validator: CrdValidator,
): Promise<PreviewRun> {
  const open = await openCluster(access, process.env);
  const manifests = await load(open.namespace);
  const written = envManifests(manifests, validator);
  const writtenLayers = environmentManifests(manifests);
  const writtenMerges = mergeManifests(manifests);
  const writtenVirtual = virtualEnvironmentManifests(manifests);
  const isGiven = files.length > 0;
  const { envs: existing, notes: unseen } = await readEnvs(open, !isGiven);
  const given = written.map(({ object }) => object);
  const layers = await environmentsInvolved(
    open,
    isGiven ? writtenLayers.map(({ object }) => object) : undefined,
    [...given, ...existing],
  );
  const involved = envsInvolved(
    existing,
    isGiven ? withUsers(given, envsConcerned(layers, existing)) : undefined,
  );
  const merges = await mergesInvolved(
    open,
    isGiven ? writtenMerges.map(({ object }) => object) : undefined,
  );
  const virtual = await virtualEnvironmentsInvolved(
    open,
    isGiven ? writtenVirtual.map(({ object }) => object) : undefined,
  );
  const read = await readForEnvs(
    open,
    [...involved.wanted, ...involved.present],
    { targets: namespacesOf(merges.targets), whole: virtual.namespaces },
    config,
  );
  const sources = await readSources(
    open,
    involved.wanted,
    [...read.objects, ...layers.wanted, ...layers.neighbours],
    config,
  );
  const unavailableIn = (envs: readonly DynamicEnv[]) =>
    unavailableClones(envs, read.objects, config.clusterDomain);
  const { isNeverReady, restoreEnvs, recoverChanged } = sameAvailability(
    unavailableIn([...involved.present, ...involved.neighbours]),
  );
  const lasting = { ...config, neverExpires: true } as const;
  const { cluster } = await startSimulation(lasting, {
    strategy: 'server-side-apply',
    start: new Date().toISOString(),
    neverReady: isNeverReady,
  });
  const all = [...involved.wanted, ...involved.present, ...involved.neighbours];
  const users = withoutEnvs(
    withoutChildren(read.objects, [...virtual.present, ...virtual.neighbours]),
    [...new Set([...involved.namespaces, ...virtual.namespaces])],
    config.clusterDomain,
    all.flatMap(({ spec }) => (spec.entries ?? []).map(({ host }) => host)),
    [...merges.targets, ...virtualServicesIn(virtual, read.objects)],
  );
  const there = mergesThere(merges, read.objects, users);
  const beside = [...virtual.neighbours, ...there.neighbours, ...layers.neighbours];
  for (const object of [...users, ...beside]) {
    cluster.restore(object);
  }
  await applyAll(cluster, manifests.filter(isNoSubject));
  await restoreEnvs(cluster, involved.neighbours);
  const without = snapshot(cluster.all());
  for (const object of [...virtual.present, ...there.present, ...layers.present]) {
    cluster.restore(object);
  }
  await restoreEnvs(cluster, involved.present);
  const before = isGiven ? snapshot(cluster.all()) : without;
  await applyAll(cluster, [...writtenVirtual, ...writtenLayers, ...written, ...writtenMerges]);
  await recoverChanged(cluster);
  return {
    cluster,
    title: titleOf(open, involved.neighbours),
    without,
    before,
    names: new Set(
      [...virtual.wanted, ...layers.wanted, ...involved.wanted, ...merges.wanted].map(fullName),
    ),
    notes: ({ envs, merges: after, virtualEnvironments }) => [
      ...unseen,
      ...read.notes,
      ...sources.notes,
      ...deletionNotes(existing),
      ...expiryNotes(existing, involved.wanted),
      ...unavailableNotes(
        unavailableIn(involved.present),
        unavailableBases(involved.wanted, read.objects),
        unavailableExisting(involved.wanted, read.objects),
      ),
      ...envs.flatMap((env) => differenceNotes(env, existing)),
      ...mergeNotes(merges, after),
      ...virtualEnvironmentNotes(virtual, virtualEnvironments),
      ...environmentNotes(layers),
    ],
    sources: sources.configMaps,
    none: `no DynamicEnv, Environment, VirtualServiceMerge or VirtualEnvironment ${isGiven ? 'among the files' : 'in the cluster'}`,
  };
}

/** The envs of the files, and those of the cluster that use an Environment of the files. */
function withUsers(given: readonly DynamicEnv[], users: readonly DynamicEnv[]): DynamicEnv[] {
  const names = new Set(given.map(({ metadata }) => metadata.name));
  const others = users.filter(
    (env) => !names.has(env.metadata.name) && !isBeingDeleted(env) && !hasExpired(env),
  );
  return [...given, ...others.map(asWritten)];
}

/** All VirtualServices of the namespaces: each may have a host of a Service there. */
function virtualServicesIn(
  { namespaces }: VirtualEnvironmentsInvolved,
  objects: readonly KubeObject[],
): string[] {
  return objects
    .filter(isVirtualService)
    .filter((one) => namespaces.includes(namespaceOf(one)))
    .map(nameOf);
}

function titleOf({ context, server }: OpenCluster, neighbours: readonly DynamicEnv[]): string {
  const names = neighbours.map(({ metadata }) => metadata.name).join(', ');
  const beside = names === '' ? '' : `, with other DynamicEnvs in the same namespaces: ${names}`;
  return `On the cluster of context ${context} (${server})${beside}`;
}

/** The envs of a preview. */
interface EnvsInvolved {
  /** The envs in question, in their new version. */
  wanted: DynamicEnv[];
  /** Those of them that exist in the cluster, in their version there. */
  present: DynamicEnv[];
  /** The cluster's other envs with workloads in the same namespaces, reduced to these workloads. */
  neighbours: DynamicEnv[];
  namespaces: string[];
}

function envsInvolved(
  existing: readonly DynamicEnv[],
  given: readonly DynamicEnv[] | undefined,
): EnvsInvolved {
  const kept = existing.filter((env) => !isBeingDeleted(env) && !hasExpired(env)).map(asWritten);
  const wanted = given ?? kept;
  const isWanted = ({ metadata }: DynamicEnv) =>
    wanted.some((env) => env.metadata.name === metadata.name);
  const present = kept.filter(isWanted);
  const namespaces = [
    ...new Set(
      [...wanted, ...present].flatMap((env) => [
        ...envWorkloads(env).map(({ workload }) => workload.namespace),
        ...(env.spec.scope ?? []).map(({ namespace }) => namespace),
      ]),
    ),
  ];
  const neighbours = kept
    .filter((env) => !isWanted(env))
    .flatMap((env) => withinNamespaces(env, namespaces) ?? []);
  return { wanted: [...wanted], present, neighbours, namespaces };
}

function deletionNotes(existing: readonly DynamicEnv[]): string[] {
  return existing
    .filter(isBeingDeleted)
    .map(({ metadata }) => `DynamicEnv ${metadata.name} is being deleted, and is left out`);
}

/** In memory no env expires, so one that has expired in the cluster would get its clones and routes back. */
function hasExpired({ status }: DynamicEnv): boolean {
  return status?.state === 'expired';
}

function expiryNotes(existing: readonly DynamicEnv[], wanted: readonly DynamicEnv[]): string[] {
  return existing.filter(hasExpired).map(({ metadata: { name } }) => {
    const isWanted = wanted.some(({ metadata }) => metadata.name === name);
    const then = isWanted ? 'the preview shows it as if it were renewed' : 'and is left out';
    return `DynamicEnv ${name} has expired in the cluster${isWanted ? '; ' : ', '}${then}`;
  });
}

function unavailableNotes(
  clones: readonly UnavailableClone[],
  bases: readonly string[],
  existing: readonly string[],
): string[] {
  return [
    ...bases.map(
      (base) =>
        `Deployment ${base} has no available pods in the cluster; a clone of it may not get any either`,
    ),
    ...existing.map(
      (one) =>
        `Deployment ${one} has no available pods in the cluster; new routes to it wait until it has, and the preview does not`,
    ),
    ...clones.map(
      ({ namespace, name }) =>
        `Deployment ${namespace}/${name} has no available pods in the cluster; the preview assumes that it gets none until its spec changes`,
    ),
  ];
}

/** A note if the env with the same spec has another state in the cluster than in the preview. */
function differenceNotes(
  { metadata, spec, status }: DynamicEnv,
  existing: readonly DynamicEnv[],
): string[] {
  const { name } = metadata;
  const there = existing.find(
    (env) => env.metadata.name === name && !isBeingDeleted(env) && !hasExpired(env),
  );
  if (there === undefined || !jsonEqual(there.spec, spec)) return [];
  if (there.status?.state === status?.state) return [];
  const state = there.status === undefined ? 'has no status' : `is ${there.status.state}`;
  return [
    `DynamicEnv ${name} ${state} in the cluster, and this preview does not show why; see "get ${name}"`,
  ];
}
