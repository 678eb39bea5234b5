import type { FlagsFor } from '../../hooks/flag.ts';
import { list, matching } from '../../hooks/flag-values.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';

const HOST = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export interface VirtualEnvironmentSettings
  extends Pick<
    ClusterSettings,
    'clusterDomain' | 'drainSeconds' | 'settleSeconds' | 'versionLabel'
  > {
  /** Hosts outside its namespace that a Service's annotation may add: names and `*.name`. Empty: none. */
  virtualEnvironmentHosts: readonly string[];
}

export const VIRTUAL_ENVIRONMENT_FLAGS = {
  clusterDomain: CLUSTER_FLAGS.clusterDomain,
  drainSeconds: CLUSTER_FLAGS.drainSeconds,
  settleSeconds: CLUSTER_FLAGS.settleSeconds,
  versionLabel: CLUSTER_FLAGS.versionLabel,
  virtualEnvironmentHosts: list(
    'virtual-environment-hosts',
    "hosts outside the namespace that Services' annotation kt-virtual-environment/hosts may name, such as *.dev.example.com; empty: none",
    matching(HOST, 'host names, or *. and a host name'),
  ),
} satisfies FlagsFor<VirtualEnvironmentSettings>;
