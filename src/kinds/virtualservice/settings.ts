import type { FlagsFor } from '../../hooks/flag.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';
import type { RefFlags } from '../../refs/settings.ts';

export type VirtualServiceSettings = RefFlags &
  Pick<ClusterSettings, 'clusterDomain' | 'mergeGroups' | 'metacontrollerUser'>;

export const VIRTUAL_SERVICE_FLAGS = {
  clusterDomain: CLUSTER_FLAGS.clusterDomain,
  mergeGroups: CLUSTER_FLAGS.mergeGroups,
  metacontrollerUser: CLUSTER_FLAGS.metacontrollerUser,
  serviceRouteHeader: CLUSTER_FLAGS.serviceRouteHeader,
  sourceRouteHeader: CLUSTER_FLAGS.sourceRouteHeader,
  refCarriers: CLUSTER_FLAGS.refCarriers,
} satisfies FlagsFor<VirtualServiceSettings>;
