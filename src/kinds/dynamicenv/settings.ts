import type { FlagsFor } from '../../hooks/flag.ts';
import {
  DNS_LABEL,
  HEADER_NAME,
  KEY_PATTERN,
  LABEL_VALUE,
  list,
  matching,
  readCount,
  readLabelKey,
  seconds,
  text,
} from '../../hooks/flag-values.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';
import { headerKey } from '../../istio/header-name.ts';
import type { RefFlags } from '../../refs/settings.ts';

/** What an administrator decides once for all DynamicEnvs of a cluster. */
export interface EnvSettings
  extends RefFlags,
    Pick<ClusterSettings, 'clusterDomain' | 'indexedNamespaces'> {
  /** Seconds between the removal of the routes and the deletion of the clone: Istio's propagation and requests in flight. */
  drainSeconds: number;
  /** Seconds a DestinationRule must exist before requests are routed to its subset. */
  settleSeconds: number;
  /** Pod label that tells versions apart. */
  versionLabel: string;
  /** Value of the version label on the base's pods, unless a workload says otherwise. */
  defaultVersion: string;
  /** Namespaces beside the Service's own whose DestinationRules count; `*`: all. */
  ruleNamespaces: readonly string[];
  /** Labels that a clone does not copy, beside the built-in list; a trailing `*` matches any ending. */
  removeLabels: readonly string[];
  removeAnnotations: readonly string[];
  /** The only header names matches may use, lower case; empty: any. */
  allowedHeaderNames: readonly string[];
  /** Names of headers that are in nearly every request and that matches may use nevertheless, lower case. */
  allowedCommonHeaders: readonly string[];
  /** The most pods of one clone; 0: any number. */
  maxReplicas: number;
  /** In a simulation: the webhook always works, and nobody refuses Metacontroller's writes. Not set by a flag. */
  isSimulation?: true;
}

export const ENV_FLAGS = {
  drainSeconds: seconds(
    'drain-seconds',
    '10',
    "how long a clone stays after its last route left (Istio's propagation and requests in flight)",
  ),
  settleSeconds: seconds(
    'settle-seconds',
    '3',
    'how long a DestinationRule exists before requests are routed to its subset',
  ),
  versionLabel: {
    ...text('version-label', 'LABEL', 'version', 'pod label that tells versions apart'),
    read: readLabelKey,
  },
  defaultVersion: {
    ...text('default-version', 'VALUE', 'shared', "the version label's value on bases"),
    read: matching(LABEL_VALUE, 'a label value'),
  },
  clusterDomain: CLUSTER_FLAGS.clusterDomain,
  ruleNamespaces: list(
    'rule-namespaces',
    "namespaces beside a Service's own whose DestinationRules are cloned; * for all",
    (item) => (item === '*' ? item : matching(DNS_LABEL, 'namespaces or *')(item)),
  ),
  indexedNamespaces: CLUSTER_FLAGS.indexedNamespaces,
  serviceRouteHeader: CLUSTER_FLAGS.serviceRouteHeader,
  sourceRouteHeader: CLUSTER_FLAGS.sourceRouteHeader,
  refCarriers: CLUSTER_FLAGS.refCarriers,
  removeLabels: list(
    'remove-labels',
    'labels that clones do not copy, beside the built-in list; * at the end for any ending',
    matching(KEY_PATTERN, 'label keys, with * only at the end'),
  ),
  removeAnnotations: list(
    'remove-annotations',
    'annotations that clones do not copy; * at the end for any ending',
    matching(KEY_PATTERN, 'annotation keys, with * only at the end'),
  ),
  allowedHeaderNames: list(
    'allowed-header-names',
    'the only header names that matches may use under headers; empty: any',
    (item) => headerKey(matching(HEADER_NAME, 'header names')(item)),
  ),
  allowedCommonHeaders: list(
    'allowed-common-headers',
    "headers that everybody's requests carry (user-agent, accept, x-request-id …) and that matches may use nevertheless",
    (item) => headerKey(matching(HEADER_NAME, 'header names')(item)),
  ),
  maxReplicas: {
    name: 'max-replicas',
    value: 'NUMBER',
    fallback: '20',
    help: 'the most pods of one clone; 0: any number',
    read: readCount,
  },
} satisfies FlagsFor<EnvSettings>;
