import type { FlagsFor } from '../../hooks/flag.ts';
import { list, matching, text } from '../../hooks/flag-values.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';

const HOST = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * How requests of labelled pods get the header: by routes of the Services that they call, or by an EnvoyFilter for each value of the
 * label, which changes all outbound requests.
 */
export const AUTO_INJECTIONS = ['routes', 'envoy-filters'] as const;
export type AutoInjection = (typeof AUTO_INJECTIONS)[number];

export interface VirtualEnvironmentSettings
  extends Pick<
    ClusterSettings,
    'clusterDomain' | 'drainSeconds' | 'settleSeconds' | 'versionLabel'
  > {
  /** Hosts outside its namespace that a Service's annotation may add: names and `*.name`. Empty: none. */
  virtualEnvironmentHosts: readonly string[];
  /** What `envHeader.autoInject` makes. */
  autoInjection: AutoInjection;
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
  autoInjection: {
    ...text(
      'auto-injection',
      'WAY',
      'routes',
      'how autoInject of a VirtualEnvironment adds the header: routes (calls of Services with versions in the namespace), or envoy-filters (all outbound calls)',
    ),
    read: readAutoInjection,
  },
} satisfies FlagsFor<VirtualEnvironmentSettings>;

function readAutoInjection(given: string): AutoInjection {
  const found = AUTO_INJECTIONS.find((way) => way === given);
  if (found === undefined) throw new Error(`expected one of ${AUTO_INJECTIONS.join(', ')}`);
  return found;
}
