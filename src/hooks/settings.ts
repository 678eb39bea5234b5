import type { FlagsFor } from './flag.ts';
import { DNS_LABEL, DNS_NAME, list, matching, text } from './flag-values.ts';

/** Settings about the cluster. Several kinds share them: each takes those that it needs into its own settings. */
export interface ClusterSettings {
  clusterDomain: string;
  /** Namespaces whose Services and DestinationRules are read through a MeshIndex. */
  indexedNamespaces: readonly string[];
  /** The only user who may write plans and index labels. */
  metacontrollerUser: string;
}

export const CLUSTER_FLAGS = {
  clusterDomain: {
    ...text('cluster-domain', 'DOMAIN', 'cluster.local', "the cluster's DNS domain"),
    read: matching(DNS_NAME, 'a DNS domain'),
  },
  indexedNamespaces: list(
    'indexed-namespaces',
    'namespaces whose Services and DestinationRules are read through a MeshIndex, which a controller must keep there',
    matching(DNS_LABEL, 'namespaces'),
  ),
  metacontrollerUser: {
    ...text(
      'metacontroller-user',
      'NAME',
      'system:serviceaccount:metacontroller:metacontroller',
      'the only user who may write plans and index labels on VirtualServices',
    ),
    read: matching(/^\S+$/, 'a user name'),
  },
} satisfies FlagsFor<ClusterSettings>;
