import type { Environment } from '../../api/environment.ts';
import type { Denied } from '../../kube-client/denied.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import { ENVIRONMENTS } from './cluster-kinds.ts';

/** The Environments of a cluster. */
export interface EnvironmentsRead {
  environments: Environment[];
  /** The right that is missing: none was read. */
  denied?: Denied;
  /** False: the cluster does not know them. */
  isServed: boolean;
}

export const NO_ENVIRONMENTS_READ: EnvironmentsRead = { environments: [], isServed: true };

export async function readEnvironments({ reader }: OpenCluster): Promise<EnvironmentsRead> {
  const listed = await reader.list(ENVIRONMENTS);
  if (listed === 'unserved') return { environments: [], isServed: false };
  if ('objects' in listed) {
    return { environments: listed.objects as Environment[], isServed: true };
  }
  // RBAC refuses a list of what is not installed, too. Everybody may ask what is.
  const isServed = await reader.serves(ENVIRONMENTS);
  return { environments: [], isServed, ...(isServed ? { denied: listed.denied } : {}) };
}
