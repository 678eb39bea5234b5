import type { FlagsFor } from '../../hooks/flag.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';
import type { RefFlags } from '../../refs/settings.ts';
import { MERGE_FLAGS, type MergeSettings } from '../../virtualservice/merges/settings.ts';

export type VirtualServiceSettings = RefFlags &
  MergeSettings &
  Pick<ClusterSettings, 'clusterDomain' | 'metacontrollerUser'>;

export const VIRTUAL_SERVICE_FLAGS = {
  clusterDomain: CLUSTER_FLAGS.clusterDomain,
  mergeGroups: MERGE_FLAGS.mergeGroups,
  metacontrollerUser: CLUSTER_FLAGS.metacontrollerUser,
  serviceRouteHeader: CLUSTER_FLAGS.serviceRouteHeader,
  sourceRouteHeader: CLUSTER_FLAGS.sourceRouteHeader,
  refCarriers: CLUSTER_FLAGS.refCarriers,
} satisfies FlagsFor<VirtualServiceSettings>;
