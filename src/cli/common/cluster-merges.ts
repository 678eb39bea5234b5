import {
  MERGE_KIND,
  MERGE_VERSION,
  type MergeRef,
  mergeRefOf,
  type VirtualServiceMerge,
} from '../../api/virtualservicemerge.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Denied } from '../../kube-client/denied.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import type { Listed, Resource } from '../../kube-client/reader.ts';
import { planOf } from '../../virtualservice/routes/plan-codec.ts';
import { MERGES } from './cluster-kinds.ts';
import { isVirtualService } from './user-objects.ts';

/** The VirtualServiceMerges of a cluster, as far as the user may list them. */
export interface MergesRead {
  merges: VirtualServiceMerge[];
  /** True for a merge that could be in the cluster although it is not in `merges`. */
  isUnseen: (ref: Pick<MergeRef, 'group' | 'namespace'>) => boolean;
  /** The rights that are missing. */
  denied: Denied[];
  /** API groups that the cluster serves, as far as that is known. */
  served: string[];
}

export const NO_MERGES_READ: MergesRead = {
  merges: [],
  isUnseen: () => true,
  denied: [],
  served: [],
};

/** Lists the merges of both API groups in all namespaces; where that is refused, or not wanted (`isEverywhere`), in these. */
export async function readMerges(
  cluster: OpenCluster,
  namespaces: readonly string[],
  isEverywhere = true,
): Promise<MergesRead> {
  const parts = await Promise.all(
    MERGES.map((resource) => readGroup(cluster, resource, namespaces, isEverywhere)),
  );
  return {
    merges: parts.flatMap(({ merges }) => merges),
    isUnseen: (ref) => parts.some(({ isUnseen }) => isUnseen(ref)),
    denied: parts.flatMap(({ denied }) => denied),
    served: parts.flatMap(({ served }) => served),
  };
}

async function readGroup(
  { reader }: OpenCluster,
  resource: Resource,
  namespaces: readonly string[],
  isEverywhere: boolean,
): Promise<MergesRead> {
  const { group } = mergeRefOf({ ...resource, metadata: { name: '' } });
  const seen = (merges: KubeObject[]): MergesRead => ({
    merges: merges as VirtualServiceMerge[],
    isUnseen: () => false,
    denied: [],
    served: [group],
  });
  const unserved = { ...seen([]), served: [] };
  const all = isEverywhere ? await reader.list(resource) : undefined;
  if (all === 'unserved') return unserved;
  if (all !== undefined && 'objects' in all) return seen(all.objects);
  // RBAC refuses a list of what is not installed, too. Everybody may ask what is.
  if (!(await reader.serves(resource))) return unserved;
  const parts = await Promise.all(
    namespaces.map(async (namespace) => ({
      namespace,
      listed: await reader.list(resource, { namespace }),
    })),
  );
  const read = parts.flatMap(({ namespace, listed }) =>
    listed !== 'unserved' && 'objects' in listed ? [{ namespace, objects: listed.objects }] : [],
  );
  const known = new Set(read.map(({ namespace }) => namespace));
  return {
    ...seen(read.flatMap(({ objects }) => objects)),
    isUnseen: (ref) => ref.group === group && !known.has(ref.namespace),
    denied: all === undefined ? deniedIn(parts.map(({ listed }) => listed)) : [all.denied],
  };
}

function deniedIn(lists: readonly Listed[]): Denied[] {
  return lists.flatMap((listed) =>
    listed !== 'unserved' && 'denied' in listed ? [listed.denied] : [],
  );
}

/** The merges whose routes are in these VirtualServices, as their plans have them. */
export function mergesInPlans(
  objects: readonly KubeObject[],
  isWanted: (ref: MergeRef) => boolean,
): VirtualServiceMerge[] {
  return objects.filter(isVirtualService).flatMap((virtualService) => {
    const { name: target, namespace: home = '' } = virtualService.metadata;
    return (planOf(virtualService)?.merges ?? [])
      .filter(isWanted)
      .map(({ group, name, namespace, created, generation, uid, ...patch }) => ({
        apiVersion: `${group}/${MERGE_VERSION}`,
        kind: MERGE_KIND,
        metadata: { name, namespace, uid, generation, creationTimestamp: created },
        spec: { target: { name: target, namespace: home }, patch },
      }));
  });
}
