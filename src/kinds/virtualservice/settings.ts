import type { FlagsFor } from '../../hooks/flag.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';

export type VirtualServiceSettings = Pick<ClusterSettings, 'clusterDomain' | 'metacontrollerUser'>;

export const VIRTUAL_SERVICE_FLAGS = {
  clusterDomain: CLUSTER_FLAGS.clusterDomain,
  metacontrollerUser: CLUSTER_FLAGS.metacontrollerUser,
} satisfies FlagsFor<VirtualServiceSettings>;
