import type { VirtualEnvironment } from '../../api/virtualenvironment.ts';
import type { Denied } from '../../kube-client/denied.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import { VIRTUAL_ENVIRONMENTS } from './cluster-kinds.ts';

/** The VirtualEnvironments of a cluster, as far as the user may list them. */
export interface VirtualEnvironmentsRead {
  environments: VirtualEnvironment[];
  /** A right that is missing; empty: none. */
  denied: Denied[];
  /** Were those of this namespace listed? */
  isSeen: (namespace: string) => boolean;
  /** False: the cluster does not know them. */
  isServed: boolean;
}

/** Lists those of all namespaces; where that is refused, or not wanted (`isEverywhere`), those of these namespaces. */
export async function readVirtualEnvironments(
  { reader }: OpenCluster,
  namespaces: readonly string[],
  isEverywhere: boolean,
): Promise<VirtualEnvironmentsRead> {
  const all = isEverywhere ? await reader.list(VIRTUAL_ENVIRONMENTS) : undefined;
  if (all === 'unserved') return UNSERVED;
  if (all !== undefined && 'objects' in all) return seen(all.objects as VirtualEnvironment[]);
  const parts = await Promise.all(
    namespaces.map((namespace) => reader.list(VIRTUAL_ENVIRONMENTS, { namespace })),
  );
  const known = parts.filter((part) => part !== 'unserved');
  const denied = [...(all === undefined ? [] : [all]), ...known].flatMap((part) =>
    'denied' in part ? [part.denied] : [],
  );
  if (known.length < parts.length) return UNSERVED;
  // RBAC refuses a list of what is not installed, too. Everybody may ask what is.
  if (denied.length > 0 && !(await reader.serves(VIRTUAL_ENVIRONMENTS))) return UNSERVED;
  const unseen = namespaces.filter((_, index) => {
    const part = parts[index];
    return part === undefined || part === 'unserved' || 'denied' in part;
  });
  const objects = known.flatMap((part) => ('objects' in part ? part.objects : []));
  return {
    ...seen(objects as VirtualEnvironment[]),
    denied: denied.slice(0, 1),
    isSeen: (namespace) => namespaces.includes(namespace) && !unseen.includes(namespace),
  };
}

const UNSERVED: VirtualEnvironmentsRead = {
  environments: [],
  denied: [],
  isSeen: () => false,
  isServed: false,
};

function seen(environments: VirtualEnvironment[]): VirtualEnvironmentsRead {
  return { environments, denied: [], isSeen: () => true, isServed: true };
}
