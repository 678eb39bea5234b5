import { MERGE_KIND, targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { UsageError } from '../../errors.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { type OpenCluster, openCluster } from '../../kube-client/open.ts';
import { MERGES, VIRTUAL_SERVICES } from '../common/cluster-kinds.ts';
import { readLists } from '../common/cluster-read.ts';
import { loadManifests } from '../common/manifests.ts';
import { missingRights } from '../common/missing-rights.ts';
import { isVirtualService } from '../common/user-objects.ts';
import type { MergeAdoptOptions } from './options.ts';

export interface MergeObjects {
  merges: VirtualServiceMerge[];
  virtualServices: VirtualService[];
  /** Sentences: what could not be read, or is ignored. */
  notes: string[];
}

export async function readMergeObjects({
  files,
  namespace,
  cluster,
}: MergeAdoptOptions): Promise<MergeObjects> {
  if (cluster !== undefined) return fromCluster(cluster, namespace);
  const notes: string[] = [];
  const warn = (text: string) => void notes.push(text);
  const manifests = await loadManifests(files, {}, namespace, warn);
  const objects = manifests.map(({ object }) => object);
  return {
    merges: objects.filter(isMerge),
    virtualServices: objects.filter(isVirtualService),
    notes,
  };
}

function isMerge(object: KubeObject): object is VirtualServiceMerge {
  return object.kind === MERGE_KIND;
}

async function fromCluster(
  access: ClusterOptions,
  namespace: string | undefined,
): Promise<MergeObjects> {
  const open = await openCluster(access, process.env);
  const merges = await readMerges(open, namespace);
  if (merges.length === 0) return { merges, virtualServices: [], notes: [] };
  const targets = merges.flatMap((merge) => targetOf(merge)?.split('/')[0] ?? []);
  const namespaces = [...new Set(targets)].sort();
  const { objects, notes } = await readLists(open, [
    {
      resource: VIRTUAL_SERVICES,
      note: `VirtualServices outside of namespaces ${namespaces.join(', ')}; routes that were left there are not found`,
      instead: namespaces.map((name) => ({ resource: VIRTUAL_SERVICES, namespace: name })),
    },
  ]);
  return { merges, virtualServices: objects.filter(isVirtualService), notes };
}

/** The VirtualServiceMerges of all groups that the cluster serves. A UsageError says that it serves none, or which rights are missing. */
async function readMerges(
  open: OpenCluster,
  namespace: string | undefined,
): Promise<VirtualServiceMerge[]> {
  const scope = namespace === undefined ? {} : { namespace };
  const lists = await Promise.all(MERGES.map((resource) => open.reader.list(resource, scope)));
  const [first, ...others] = lists.flatMap((list) =>
    list !== 'unserved' && 'denied' in list ? [list.denied] : [],
  );
  if (first !== undefined) throw missingRights([first, ...others], open);
  if (lists.every((list) => list === 'unserved')) {
    throw new UsageError(
      `the API server ${open.server} does not serve VirtualServiceMerges: neither the operator nor DynamicEnv with this kind is installed`,
    );
  }
  return lists.flatMap((list) =>
    list !== 'unserved' && 'objects' in list ? (list.objects as VirtualServiceMerge[]) : [],
  );
}
