import { describe, expect, test } from '@jest/globals';
import { coherent, SERVE_FLAGS, type ServeConfig, servable } from '../../../src/config.ts';
import { describeFlags, readFlags, variableOf } from '../../../src/flags.ts';

const DEFAULTS: ServeConfig = {
  host: '0.0.0.0',
  port: 8080,
  tlsPort: 8443,
  tlsCertFile: '',
  tlsKeyFile: '',
  kinds: [],
  drainSeconds: 10,
  settleSeconds: 3,
  versionLabel: 'version',
  defaultVersion: 'shared',
  clusterDomain: 'cluster.local',
  ruleNamespaces: [],
  indexedNamespaces: [],
  serviceRouteHeader: 'x-service-route',
  sourceRouteHeader: 'x-source-route',
  refCarriers: ['header'],
  removeLabels: [],
  removeAnnotations: [],
  entryHosts: [],
  allowedHeaderNames: [],
  allowedCommonHeaders: [],
  maxReplicas: 20,
  maxTtl: '',
  requireOwner: false,
  metacontrollerUser: 'system:serviceaccount:metacontroller:metacontroller',
  mergeGroups: ['istiomerger.monime.sl'],
  virtualEnvironmentHosts: [],
  autoInjection: 'routes',
  logLevel: 'info',
};

test('the defaults', () => {
  expect(readFlags(SERVE_FLAGS, [], {})).toEqual(DEFAULTS);
});

/** Every flag, with a valid value. */
const GOOD: [string, string, Partial<ServeConfig>][] = [
  ['host', '127.0.0.1', { host: '127.0.0.1' }],
  ['host', '::1', { host: '::1' }],
  ['port', '0', { port: 0 }],
  ['port', '65535', { port: 65_535 }],
  ['tls-port', '443', { tlsPort: 443 }],
  ['tls-cert-file', '/tls/tls.crt', { tlsCertFile: '/tls/tls.crt' }],
  ['tls-key-file', '/tls/tls.key', { tlsKeyFile: '/tls/tls.key' }],
  ['kinds', '', { kinds: [] }],
  ['kinds', 'virtual-service-merge', { kinds: ['virtual-service-merge'] }],
  ['drain-seconds', '0', { drainSeconds: 0 }],
  ['drain-seconds', '3600', { drainSeconds: 3600 }],
  ['settle-seconds', '0.5', { settleSeconds: 0.5 }],
  ['version-label', 'app.kubernetes.io/version', { versionLabel: 'app.kubernetes.io/version' }],
  ['default-version', 'v1.2_3', { defaultVersion: 'v1.2_3' }],
  ['cluster-domain', 'corp.example', { clusterDomain: 'corp.example' }],
  ['rule-namespaces', 'istio-system, shop,', { ruleNamespaces: ['istio-system', 'shop'] }],
  ['rule-namespaces', '*', { ruleNamespaces: ['*'] }],
  ['indexed-namespaces', 'shop, bank,', { indexedNamespaces: ['shop', 'bank'] }],
  ['service-route-header', 'X-Version', { serviceRouteHeader: 'x-version' }],
  ['source-route-header', 'env', { sourceRouteHeader: 'env' }],
  ['ref-carriers', 'header, baggage,cookie', { refCarriers: ['header', 'baggage', 'cookie'] }],
  ['ref-carriers', 'cookie', { refCarriers: ['cookie'] }],
  [
    'remove-labels',
    'team,example.com/*,example.com/a*,ab*',
    { removeLabels: ['team', 'example.com/*', 'example.com/a*', 'ab*'] },
  ],
  ['remove-annotations', 'example.com/sync', { removeAnnotations: ['example.com/sync'] }],
  ['allowed-header-names', 'User,X-Env', { allowedHeaderNames: ['user', 'x-env'] }],
  ['allowed-common-headers', 'User-Agent', { allowedCommonHeaders: ['user-agent'] }],
  [
    'entry-hosts',
    'shop.example.com, http://*.local',
    { entryHosts: ['shop.example.com', 'http://*.local'] },
  ],
  ['max-replicas', '0', { maxReplicas: 0 }],
  ['max-ttl', '7d', { maxTtl: '7d' }],
  ['require-owner', 'true', { requireOwner: true }],
  ['metacontroller-user', 'mc', { metacontrollerUser: 'mc' }],
  ['merge-groups', 'istiomerge.monime.sl,', { mergeGroups: ['istiomerge.monime.sl'] }],
  [
    'merge-groups',
    'istiomerge.monime.sl, istiomerger.monime.sl, istiomerge.monime.sl',
    { mergeGroups: ['istiomerge.monime.sl', 'istiomerger.monime.sl'] },
  ],
  [
    'virtual-environment-hosts',
    'shop.example.com, *.dev.example.com',
    { virtualEnvironmentHosts: ['shop.example.com', '*.dev.example.com'] },
  ],
  ['auto-injection', 'envoy-filters', { autoInjection: 'envoy-filters' }],
  ['log-level', 'silent', { logLevel: 'silent' }],
];

describe.each(GOOD)('--%s %s', (name, value, expected) => {
  test('as a flag', () => {
    const config = readFlags(SERVE_FLAGS, [`--${name}`, value], {});
    expect(config).toEqual({ ...DEFAULTS, ...expected });
  });

  test('as a variable', () => {
    const config = readFlags(SERVE_FLAGS, [], { [variableOf(name)]: value });
    expect(config).toEqual({ ...DEFAULTS, ...expected });
  });
});

const SECONDS = 'expected a number of seconds from 0 to 3600';
const PORT = 'expected a port from 0 to 65535';
const ROUTE_HEADER =
  'expected a header name of letters, digits and dashes, of at most 32 characters, other than baggage and cookie';
const KINDS_EXPECTED =
  'expected names of optional kinds: virtual-service-merge, virtual-environment, environment (always served: dynamicenv, virtualservice, mesh-index)';

/** Every flag, with invalid values. */
const BAD: [string, string, string][] = [
  ...['*', 'https://a.com', 'a.*.com', 'A.com', 'a.com:80'].map(
    (value) =>
      [
        'entry-hosts',
        value,
        'expected host names, or *. and a host name, with http:// for hosts without TLS',
      ] as never,
  ),
  ['host', '', 'expected an address'],
  ['host', 'a b', 'expected an address'],
  ...['', 'x', '-1', '1.5', '65536', 'NaN', '0x50'].map((value) => ['port', value, PORT] as never),
  ['tls-port', '99999', PORT],
  ['kinds', 'mesh-index', KINDS_EXPECTED],
  ...['', ' ', '-1', '3601', '10s', 'Infinity', '0x10', '1e1', ' 5'].map(
    (value) => ['drain-seconds', value, SECONDS] as never,
  ),
  ['settle-seconds', '-0.5', SECONDS],
  ['version-label', '', 'expected a label key'],
  ['version-label', 'a b', 'expected a label key'],
  ['version-label', `${'a'.repeat(64)}`, 'expected a label key'],
  ['version-label', 'a..b/x', 'expected a label key'],
  ['version-label', `${'a.'.repeat(127)}/x`, 'expected a label key'],
  ['version-label', 'a/b/x', 'expected a label key'],
  ['version-label', 'a/', 'expected a label key'],
  ['default-version', '', 'expected a label value'],
  ['default-version', '-x', 'expected a label value'],
  ['cluster-domain', '.local', 'expected a DNS domain'],
  ['cluster-domain', 'Cluster.Local', 'expected a DNS domain'],
  ['cluster-domain', `a${'.a'.repeat(127)}`, 'expected a DNS domain'],
  ['rule-namespaces', 'Shop', 'expected namespaces or *'],
  ['rule-namespaces', 'shop,a*', 'expected namespaces or *'],
  ['rule-namespaces', 'shop.bank', 'expected namespaces or *'],
  ['rule-namespaces', 'a'.repeat(64), 'expected namespaces or *'],
  ['indexed-namespaces', '*', 'expected namespaces'],
  ['indexed-namespaces', 'shop.bank', 'expected namespaces'],
  ...['', 'a b', ':path', 'x_route', '-x', 'x-', 'Cookie', 'baggage', 'a'.repeat(33)].map(
    (value) => ['service-route-header', value, ROUTE_HEADER] as never,
  ),
  ['source-route-header', 'x:y', ROUTE_HEADER],
  ['ref-carriers', 'tracestate', 'expected one of header, baggage, cookie'],
  ['ref-carriers', ',', 'expected something between commas'],
  ...['a*b', 'a//b', 'a/', 'a/b/c', 'a/-'].map(
    (value) => ['remove-labels', value, 'expected label keys, with * only at the end'] as never,
  ),
  ['remove-annotations', '*', 'expected annotation keys, with * only at the end'],
  ['allowed-header-names', 'a b', 'expected header names'],
  ['allowed-header-names', ':path', 'expected header names'],
  ['allowed-header-names', ',', 'expected something between commas'],
  ['allowed-header-names', ' , ', 'expected something between commas'],
  ['allowed-common-headers', 'a b', 'expected header names'],
  ['max-replicas', '-1', 'expected a whole number'],
  ['max-replicas', '', 'expected a whole number'],
  [
    'max-ttl',
    '7 days',
    'expected a duration longer than 0: numbers of at most 5 digits with the units d, h, m and s in this order, for example 3d, 72h or 1h30m',
  ],
  [
    'max-ttl',
    '0h',
    'expected a duration longer than 0: numbers of at most 5 digits with the units d, h, m and s in this order, for example 3d, 72h or 1h30m',
  ],
  ['require-owner', 'yes', 'expected true or false'],
  ['metacontroller-user', '', 'expected a user name'],
  [
    'merge-groups',
    'monime.sl',
    'expected one of istiomerger.monime.sl, istiomerge.monime.sl, or both',
  ],
  ['auto-injection', 'lua', 'expected one of routes, envoy-filters'],
  ...['*', 'https://a.com', 'a.*.com', 'A.com', 'a.com:80'].map(
    (value) =>
      ['virtual-environment-hosts', value, 'expected host names, or *. and a host name'] as never,
  ),
  ['log-level', 'loud', 'expected one of trace, debug, info, warn, error, fatal, silent'],
];

describe.each(BAD)('--%s %j is refused, and the error names the flag', (name, value, expected) => {
  test('as a flag', () => {
    const read = () => readFlags(SERVE_FLAGS, [`--${name}=${value}`], {});
    expect(read).toThrow(`--${name}: ${expected}, got "${value}"`);
  });

  test('as a variable; an empty variable counts as not set', () => {
    const variable = variableOf(name);
    const read = () => readFlags(SERVE_FLAGS, [], { [variable]: value });
    if (value === '') expect(read()).toEqual(DEFAULTS);
    else expect(read).toThrow(`${variable}: ${expected}, got "${value}"`);
  });
});

test('the tables above have each flag with a valid value, and with an invalid one if it has any', () => {
  const names = Object.values(SERVE_FLAGS).map((flag) => flag.name);
  expect(new Set(GOOD.map(([name]) => name))).toEqual(new Set(names));
  const untried = names.filter((name) => !BAD.some(([bad]) => bad === name));
  expect(untried).toEqual(['tls-cert-file', 'tls-key-file']);
});

test('the two route headers must differ, in whatever letters they are written', () => {
  const config = readFlags(SERVE_FLAGS, ['--service-route-header', 'X-Source-Route'], {});
  expect(() => coherent(config)).toThrow(
    '--service-route-header and --source-route-header are both "x-source-route": give them different names',
  );
  expect(coherent(DEFAULTS)).toBe(DEFAULTS);
});

test('without the kind virtual-service-merge there are no groups of merges', () => {
  expect(servable(DEFAULTS)).toEqual({ ...DEFAULTS, mergeGroups: [] });
  const on = { ...DEFAULTS, kinds: ['virtual-service-merge'] };
  expect(servable(on)).toBe(on);
  expect(() => servable({ ...on, mergeGroups: [] })).toThrow(
    '--merge-groups is empty, but --kinds has virtual-service-merge: name the groups, or take the kind out',
  );
});

test('the help has every flag and its variable', () => {
  const help = describeFlags(SERVE_FLAGS);
  for (const { name } of Object.values(SERVE_FLAGS)) {
    expect(help).toMatch(new RegExp(`^ {2}--${name} .*\\[${variableOf(name)}\\]$`, 'm'));
  }
});
