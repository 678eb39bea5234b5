import type { VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { canI, type Denied } from '../../kube-client/denied.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import type { Resource } from '../../kube-client/reader.ts';
import {
  DEPLOYMENTS,
  DESTINATION_RULES,
  DYNAMIC_ENVS,
  NOT_CONSIDERED,
  ROUTE_INJECTIONS,
  SERVICES,
  STATEFUL_SETS,
  VIRTUAL_SERVICES,
} from '../common/cluster-kinds.ts';
import { mergesInPlans, readMerges } from '../common/cluster-merges.ts';
import { type ClusterObjects, type ListRequest, readLists } from '../common/cluster-read.ts';
import { readVirtualEnvironments } from '../common/cluster-virtual-environments.ts';
import { notSeen } from '../common/missing-rights.ts';

interface TraceObjects extends ClusterObjects {
  /** Merges that could not be listed, as far as their routes are in a VirtualService. */
  unseenMerges: VirtualServiceMerge[];
}

/** The lists of a trace, and what it means that one is not complete. */
const LISTS: [Resource, string][] = [
  [VIRTUAL_SERVICES, 'one elsewhere may decide instead'],
  [DESTINATION_RULES, 'one elsewhere may hide or bring subsets'],
  [SERVICES, 'those elsewhere count as unknown'],
  [DEPLOYMENTS, 'pods elsewhere count as unknown'],
];

/**
 * Reads the objects that a trace looks at; those of `namespaces` alone where listing in all namespaces is refused. A UsageError
 * names required rights that are missing.
 */
export async function readForTrace(
  cluster: OpenCluster,
  namespaces: readonly string[],
): Promise<TraceObjects> {
  const requests = LISTS.map(([resource, meaning]): ListRequest => {
    const where = `${resource.kind}s outside of namespaces ${namespaces.join(', ')}; ${meaning}`;
    return {
      resource,
      note: where,
      instead: namespaces.map((namespace) => ({ resource, namespace })),
    };
  });
  const [needed, ours, merges, versions, others] = await Promise.all([
    readLists(cluster, requests),
    readOurs(cluster),
    readMerges(cluster, namespaces),
    readVersions(cluster, namespaces),
    readOthers(cluster, namespaces),
  ]);
  const unseen = merges.denied.map((denied) =>
    notSeen(denied, 'VirtualServiceMerges; those without routes are not shown'),
  );
  return {
    objects: [
      ...needed.objects,
      ...ours.objects,
      ...merges.merges,
      ...versions.objects,
      ...others.objects,
    ],
    unseenMerges: mergesInPlans(needed.objects, merges.isUnseen),
    notes: [...needed.notes, ...ours.notes, ...unseen, ...versions.notes, ...others.notes],
  };
}

/** DynamicEnvs and RouteInjections. Without them a trace sees the routes, but not the envs without routes. */
async function readOurs({ reader }: OpenCluster): Promise<ClusterObjects> {
  const parts = await Promise.all(
    [DYNAMIC_ENVS, ROUTE_INJECTIONS].map(async (resource): Promise<ClusterObjects> => {
      const listed = await reader.list(resource);
      if (listed === 'unserved') {
        return { objects: [], notes: ['DynamicEnv is not installed in this cluster'] };
      }
      if ('objects' in listed) return { objects: listed.objects, notes: [] };
      const what = `${resource.kind}s; envs without routes are not shown`;
      return { objects: [], notes: [notSeen(listed.denied, what)] };
    }),
  );
  return joined(parts);
}

/** VirtualEnvironments, and the StatefulSets of their namespaces. */
async function readVersions(
  cluster: OpenCluster,
  namespaces: readonly string[],
): Promise<ClusterObjects> {
  const read = await readVirtualEnvironments(cluster, namespaces, true);
  const homes = new Set(read.environments.flatMap(({ metadata }) => metadata.namespace ?? []));
  const lists = await Promise.all(
    [...homes].map((namespace) => cluster.reader.list(STATEFUL_SETS, { namespace })),
  );
  const known = lists.filter((list) => list !== 'unserved');
  return {
    objects: [
      ...read.environments,
      ...known.flatMap((list) => ('objects' in list ? list.objects : [])),
    ],
    notes: [
      ...read.denied.map((denied) =>
        notSeen(denied, 'VirtualEnvironments; which version is asked for is not shown'),
      ),
      ...known.flatMap((list) =>
        'denied' in list ? [notSeen(list.denied, 'StatefulSets; their pods count as unknown')] : [],
      ),
    ],
  };
}

function joined(parts: readonly ClusterObjects[]): ClusterObjects {
  return {
    objects: parts.flatMap(({ objects }) => objects),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
  };
}

/** Objects that are only named under `Not considered`. A refused list becomes a note. */
async function readOthers(
  cluster: OpenCluster,
  namespaces: readonly string[],
): Promise<ClusterObjects> {
  const parts = await Promise.all(NOT_CONSIDERED.map((one) => readOther(one, cluster, namespaces)));
  const denied = parts.flatMap((part) => part.denied);
  const [first] = denied;
  const names = [...new Set(denied.map(({ resource }) => resource))].join(', ');
  return {
    objects: parts.flatMap(({ objects }) => objects),
    notes: first ? [`not looked for, because of missing rights: ${names} ("${canI(first)}")`] : [],
  };
}

async function readOther(
  resource: Resource,
  { reader }: OpenCluster,
  namespaces: readonly string[],
): Promise<{ objects: KubeObject[]; denied: Denied[] }> {
  const all = await reader.list(resource);
  if (all === 'unserved') return { objects: [], denied: [] };
  if ('objects' in all) return { objects: all.objects, denied: [] };
  const lists = await Promise.all(
    namespaces.map((namespace) => reader.list(resource, { namespace })),
  );
  return {
    objects: lists.flatMap((one) => (one !== 'unserved' && 'objects' in one ? one.objects : [])),
    denied: lists.flatMap((one) => (one !== 'unserved' && 'denied' in one ? one.denied : [])),
  };
}
