import type { Flag, Values } from './flags.ts';
import type { DecisionConfig } from './kinds/dynamicenv/settings.ts';

function text(name: string, value: string, fallback: string, help: string): Flag<string> {
  return { name, value, fallback, help, read: (given) => given };
}

function seconds(name: string, fallback: string, help: string): Flag<number> {
  return { name, value: 'SECONDS', fallback, help, read: readSeconds };
}

function readSeconds(given: string): number {
  const number = Number(given);
  if (!/^\d+(\.\d+)?$/.test(given) || number > 3600) {
    throw new Error('expected a number of seconds from 0 to 3600');
  }
  return number;
}

function readCount(given: string): number {
  if (!/^\d{1,9}$/.test(given)) throw new Error('expected a whole number');
  return Number(given);
}

function port(name: string, fallback: string, help: string): Flag<number> {
  return { name, value: 'PORT', fallback, help, read: readPort };
}

function readPort(given: string): number {
  const number = Number(given);
  if (!/^\d+$/.test(given) || number > 65_535) {
    throw new Error('expected a port from 0 to 65535');
  }
  return number;
}

function list(name: string, help: string, readItem: (item: string) => string): Flag<string[]> {
  const read = (given: string) => {
    const items = given
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    // To some flags an empty list means "all".
    if (given !== '' && items.length === 0) throw new Error('expected something between commas');
    return items.map(readItem);
  };
  return { name, value: 'LIST', fallback: '', help, read };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LABEL_VALUE = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*(\*|\/\*|\/[A-Za-z0-9][A-Za-z0-9._-]*\*?)?$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

function matching(pattern: RegExp, expected: string) {
  return (given: string): string => {
    if (!pattern.test(given)) throw new Error(`expected ${expected}`);
    return given;
  };
}

function readLabelKey(given: string): string {
  const [name = '', prefix, ...more] = given.split('/').reverse();
  const isPrefixed = prefix === undefined || DNS_NAME.test(prefix);
  if (!LABEL_VALUE.test(name) || !isPrefixed || more.length > 0)
    throw new Error('expected a label key');
  return given;
}

/** The flags that decide; `preview` has them too. */
export const DECISION_FLAGS = {
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
  clusterDomain: {
    ...text('cluster-domain', 'DOMAIN', 'cluster.local', "the cluster's DNS domain"),
    read: matching(DNS_NAME, 'a DNS domain'),
  },
  ruleNamespaces: list(
    'rule-namespaces',
    "namespaces beside a Service's own whose DestinationRules are cloned; * for all",
    (item) => (item === '*' ? item : matching(DNS_LABEL, 'namespaces or *')(item)),
  ),
  indexedNamespaces: list(
    'indexed-namespaces',
    'namespaces whose Services and DestinationRules are read through a MeshIndex, which a controller must keep there',
    matching(DNS_LABEL, 'namespaces'),
  ),
  removeLabels: list(
    'remove-labels',
    'labels that clones do not take over, beside the built-in list; * at the end for any ending',
    matching(KEY_PATTERN, 'label keys, with * only at the end'),
  ),
  removeAnnotations: list(
    'remove-annotations',
    'annotations that clones do not take over, likewise',
    matching(KEY_PATTERN, 'annotation keys, with * only at the end'),
  ),
  allowedHeaderNames: list(
    'allowed-header-names',
    'the only header names that matches may use; empty: any',
    (item) => matching(HEADER_NAME, 'header names')(item).toLowerCase(),
  ),
  allowedCommonHeaders: list(
    'allowed-common-headers',
    "headers that everybody's requests carry (user-agent, accept, x-request-id …) and that matches may use nevertheless",
    (item) => matching(HEADER_NAME, 'header names')(item).toLowerCase(),
  ),
  maxReplicas: {
    name: 'max-replicas',
    value: 'NUMBER',
    fallback: '20',
    help: 'the most pods of one clone; 0: any number',
    read: readCount,
  },
  metacontrollerUser: {
    ...text(
      'metacontroller-user',
      'NAME',
      'system:serviceaccount:metacontroller:metacontroller',
      'the only user who may write plans and index labels on VirtualServices',
    ),
    read: matching(/^\S+$/, 'a user name'),
  },
} satisfies Record<Exclude<keyof DecisionConfig, 'isSimulation'>, Flag<unknown>>;

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const SERVE_FLAGS = {
  host: {
    ...text('host', 'ADDRESS', '0.0.0.0', 'address to listen on'),
    read: matching(/^\S+$/, 'an address'),
  },
  port: port('port', '8080', 'port without encryption'),
  tlsPort: port('tls-port', '8443', 'encrypted port, open when a certificate is given'),
  tlsCertFile: text('tls-cert-file', 'FILE', '', 'certificate chain (PEM); read again on change'),
  tlsKeyFile: text('tls-key-file', 'FILE', '', "the certificate's key (PEM)"),
  ...DECISION_FLAGS,
  logLevel: {
    ...text('log-level', 'LEVEL', 'info', `one of ${LEVELS.join(', ')}`),
    read: (given: string) => {
      if (!LEVELS.includes(given)) throw new Error(`expected one of ${LEVELS.join(', ')}`);
      return given;
    },
  },
};

export type ServeConfig = Values<typeof SERVE_FLAGS>;
