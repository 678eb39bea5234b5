import { TTL_SYNTAX, ttlSeconds } from '../../api/ttl.ts';
import type { FlagsFor } from '../../hooks/flag.ts';
import {
  DNS_LABEL,
  HEADER_NAME,
  KEY_PATTERN,
  LABEL_VALUE,
  list,
  matching,
  readBoolean,
  readCount,
  text,
} from '../../hooks/flag-values.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';
import { headerKey } from '../../istio/header-name.ts';
import type { RefFlags } from '../../refs/settings.ts';

const ENTRY_HOST =
  /^(http:\/\/)?(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Services that send to the pods of one Deployment, at most. */
export const MAX_SERVICES = 64;

/** What an administrator decides once for all DynamicEnvs of a cluster. */
export interface EnvSettings
  extends RefFlags,
    Pick<
      ClusterSettings,
      'clusterDomain' | 'indexedNamespaces' | 'drainSeconds' | 'settleSeconds' | 'versionLabel'
    > {
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
  /** Hosts at which people may enter envs: names and `*.name`; with `http://` where browsers come without TLS. Empty: none. */
  entryHosts: readonly string[];
  /** The most pods of one clone; 0: any number. */
  maxReplicas: number;
  /** The longest `spec.ttl` of an env, such as `7d`; every env must have one then. Empty: envs may live for ever. */
  maxTtl: string;
  /** Every env must have a `spec.owner`. */
  requireOwner: boolean;
  /** The most Deployments that one env clones because of its configuration; 0: any number. */
  maxUniqueWorkloads: number;
  /** Without the kind `environment`: no env may name one. Not set by a flag. */
  withoutEnvironments?: true;
  /** In a preview: no env expires. Not set by a flag. */
  neverExpires?: true;
  /** In a simulation: the webhook always works, and nobody refuses Metacontroller's writes. Not set by a flag. */
  isSimulation?: true;
}

export const ENV_FLAGS = {
  drainSeconds: CLUSTER_FLAGS.drainSeconds,
  settleSeconds: CLUSTER_FLAGS.settleSeconds,
  versionLabel: CLUSTER_FLAGS.versionLabel,
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
  entryHosts: list(
    'entry-hosts',
    'hosts at gateways at which links may lead people to envs, such as *.dev.example.com; with http:// for hosts without TLS',
    (item) =>
      matching(
        ENTRY_HOST,
        'host names, or *. and a host name, with http:// for hosts without TLS',
      )(item),
  ),
  maxReplicas: {
    name: 'max-replicas',
    value: 'NUMBER',
    fallback: '20',
    help: 'the most pods of one clone; 0: any number',
    read: readCount,
  },
  maxUniqueWorkloads: {
    name: 'max-unique-workloads',
    value: 'NUMBER',
    fallback: '64',
    help: 'the most Deployments in the scope of one env that its configuration may clone; 0: any number',
    read: readCount,
  },
  maxTtl: {
    name: 'max-ttl',
    value: 'DURATION',
    fallback: '',
    help: 'the longest spec.ttl, such as 7d; every env must have one then; empty: any or none',
    read: readTtl,
  },
  requireOwner: {
    name: 'require-owner',
    value: 'true|false',
    fallback: 'false',
    help: 'every env must have a spec.owner',
    read: readBoolean,
  },
} satisfies FlagsFor<EnvSettings>;

function readTtl(given: string): string {
  if (given !== '' && ttlSeconds(given) === undefined) {
    throw new Error(`expected a duration longer than 0: ${TTL_SYNTAX}`);
  }
  return given;
}
