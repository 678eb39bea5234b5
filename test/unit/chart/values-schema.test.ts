import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { SchemaObject } from 'ajv';
import { parse } from 'yaml';
import { SERVE_FLAGS } from '../../../src/config.ts';
import { variableOf } from '../../../src/flags.ts';
import { givenValues } from './given-values.ts';

const CHART = new URL('../../../charts/dynamicenv/', import.meta.url);
const text = (name: string) => readFile(new URL(name, CHART), 'utf8');
const { values, schema, validate, problems } = await givenValues('dynamicenv');

/** All maps of the schema that have named fields, with their paths. */
function maps(node: SchemaObject, path: string): [string, SchemaObject][] {
  if (node['properties'] === undefined) return [];
  const within = Object.entries(node['properties'] as Record<string, SchemaObject>);
  return [[path, node], ...within.flatMap(([key, value]) => maps(value, `${path}/${key}`))];
}

/** Values that a chart passes to the charts it depends on: `<name>.enabled` is the usual condition of a dependency. */
const OF_PARENT_CHART = ['global', 'enabled'];

/**
 * Values that say something by default, with their paths. Helm drops values that are null, so without `required` an empty
 * `policies.enabled:` would switch the policies off.
 */
function telling(node: object, path: string): string[] {
  return Object.entries(node).flatMap(([key, value]) => {
    const at = `${path}/${key}`;
    if (LATER.includes(at) || key === 'resources') return [];
    if (value !== null && typeof value === 'object')
      return Array.isArray(value) ? [] : telling(value, at);
    return value === '' || value === null ? [] : [at];
  });
}

/** Values that the first charts had not. `helm upgrade --reuse-values` gives none of them, so the templates have a fallback. */
const LATER = [
  ...['/host', '/podSecurityContext', '/virtualServiceMerge', '/virtualEnvironment'],
  ...['/environments', '/expired'],
  ...['/config/serviceRouteHeader', '/config/sourceRouteHeader', '/config/requireOwner'],
  // A map whose keys are the user's.
  '/podLabels',
];

describe('values.schema.json', () => {
  test.each(telling(values, ''))('%s must not be null', (path) => {
    const changed = structuredClone(values);
    const keys = path.split('/').slice(1);
    const parent = keys.slice(0, -1).reduce((at, key) => at[key], changed);
    delete parent[keys.at(-1) ?? ''];
    validate(changed);
    expect(validate.errors).toMatchObject([
      {
        instancePath: path.slice(0, path.lastIndexOf('/')),
        keyword: 'required',
      },
    ]);
  });

  test.each(['', '/image', '/networkPolicy', '/policies', '/policies/limits'])(
    'the map of values %s must not be null, either',
    (path) => {
      const keys = path.split('/').slice(1);
      if (keys.length === 0) return expect(validate(null)).toBe(false);
      const changed = structuredClone(values);
      const parent = keys.slice(0, -1).reduce((at, key) => at[key], changed);
      delete parent[keys.at(-1) ?? ''];
      expect(validate(changed)).toBe(false);
    },
  );

  test('the defaults are accepted', () => {
    expect(problems({})).toEqual([]);
  });

  test.each(['10.0.0.0/28', '192.0.2.1/32', 'fd00::/8', '::ffff:10.0.0.0/104'])(
    'the address of the API server may be %s',
    (cidr) => {
      const peer = { ipBlock: { cidr, except: [cidr] } };
      expect(problems({ networkPolicy: { apiServer: [peer] } })).toEqual([]);
    },
  );

  test('a parent chart may give `enabled`', () => {
    expect(problems({ enabled: true, global: { region: 'eu' } })).toEqual([]);
  });

  test.each(['0.0.0.0', '::', '127.0.0.1', ''])('the pods may listen on %s', (host) => {
    expect(problems({ host })).toEqual([]);
  });

  test.each(['dynamicenv', 'registry.example.com:5000/shop/dynamicenv'])(
    'the image may be in the repository %s',
    (repository) => {
      expect(problems({ image: { ...values.image, repository } })).toEqual([]);
    },
  );

  test('it has exactly the values of values.yaml', () => {
    for (const [path, { properties, additionalProperties }] of maps(schema, '')) {
      const keys = path.split('/').slice(1);
      const value = keys.reduce((at, key) => at?.[key], values);
      // In these maps, the keys are defined by Kubernetes or by the user.
      if (Object.keys(value ?? {}).length === 0) continue;
      expect([path, additionalProperties]).toEqual([path, false]);
      const ofParent = path === '' ? OF_PARENT_CHART : [];
      const known = Object.keys(properties).filter((key) => !ofParent.includes(key));
      expect([path, ...known.sort()]).toEqual([path, ...Object.keys(value).sort()]);
    }
  });

  test.each([
    ['a value that does not exist', { replicas: 2 }, ' additionalProperties'],
    ['a kind that does not exist', { kinds: ['merge'] }, '/kinds/0 enum'],
    [
      'no group of merges',
      { virtualServiceMerge: { groups: [] } },
      '/virtualServiceMerge/groups minItems',
    ],
    [
      'a group of merges that does not exist',
      { virtualServiceMerge: { groups: ['monime.sl'] } },
      '/virtualServiceMerge/groups/0 enum',
    ],
    [
      'a host with a scheme',
      { virtualEnvironment: { hosts: ['https://a.example.com'] } },
      '/virtualEnvironment/hosts/0 pattern',
    ],
    [
      'a host that would be all hosts',
      { virtualEnvironment: { hosts: ['*'] } },
      '/virtualEnvironment/hosts/0 pattern',
    ],
    ['no pod at all', { replicaCount: 0 }, '/replicaCount minimum'],
    ['a name to listen on', { host: 'localhost' }, '/host pattern'],
    [
      'a tag in the repository',
      { image: { repository: 'registry.example.com/dynamicenv:1.0' } },
      '/image/repository pattern',
    ],
    ['a name that no Service can have', { fullnameOverride: '2nd' }, '/fullnameOverride pattern'],
    ['an invalid digest', { image: { digest: 'latest' } }, '/image/digest pattern'],
    ['a flag that does not exist', { config: { drain: 1 } }, '/config additionalProperties'],
    [
      'more seconds than an hour',
      { config: { drainSeconds: 3601 } },
      '/config/drainSeconds maximum',
    ],
    ['seconds as text', { config: { settleSeconds: '3' } }, '/config/settleSeconds type'],
    ['an unknown log level', { config: { logLevel: 'loud' } }, '/config/logLevel enum'],
    ['a list as text', { config: { ruleNamespaces: 'a,b' } }, '/config/ruleNamespaces type'],
    [
      'a list item with a comma, which would become two items',
      { config: { allowedHeaderNames: ['a,b'] } },
      '/config/allowedHeaderNames/0 pattern',
    ],
    [
      'a host of entries with a path',
      { config: { entryHosts: ['shop.example.com/a'] } },
      '/config/entryHosts/0 pattern',
    ],
    [
      'a route header that others use',
      { config: { serviceRouteHeader: 'Baggage' } },
      '/config/serviceRouteHeader not',
    ],
    [
      'a route header with a space',
      { config: { sourceRouteHeader: 'x env' } },
      '/config/sourceRouteHeader pattern',
    ],
    [
      'refs without headers',
      { config: { refCarriers: ['cookie'] } },
      '/config/refCarriers contains',
    ],
    [
      'an unknown carrier of refs',
      { config: { refCarriers: ['header', 'tracestate'] } },
      '/config/refCarriers/1 enum',
    ],
    ['a life time with a word', { config: { maxTtl: '7 days' } }, '/config/maxTtl pattern'],
    ['a life time of nothing', { config: { maxTtl: '0d' } }, '/config/maxTtl not'],
    ['an order of units', { expired: { deleteAfter: '1h1d' } }, '/expired/deleteAfter pattern'],
    [
      'a schedule of four fields',
      { expired: { schedule: '0 * * *' } },
      '/expired/schedule pattern',
    ],
    ['an image with a space', { expired: { image: 'a b' } }, '/expired/image pattern'],
    ['an unencrypted webhook', { admission: { url: 'http://a' } }, '/admission/url pattern'],
    [
      'a certificate authority that is not PEM',
      { admission: { caBundle: 'LS0t' } },
      '/admission/caBundle pattern',
    ],
    ['an unknown source', { certificate: { source: 'vault' } }, '/certificate/source enum'],
    [
      "a user's Secret without a name",
      { certificate: { source: 'secret', secretName: '' } },
      '/certificate/secretName minLength',
    ],
    [
      'a peer with an unknown field',
      { networkPolicy: { apiServer: [{ cidr: '10.0.0.0/8' }] } },
      '/networkPolicy/apiServer/0 additionalProperties',
    ],
    [
      'a network address without a prefix length',
      { networkPolicy: { apiServer: [{ ipBlock: { cidr: '10.0.0.1' } }] } },
      '/networkPolicy/apiServer/0/ipBlock/cidr pattern',
    ],
  ])('refuses %s', (_name, changes, problem) => {
    expect(problems(changes)).toContain(problem);
  });
});

describe('config', () => {
  // The chart itself sets the ports and the paths of the certificate. `kinds` has its own value in the chart.
  const {
    host: _host,
    port: _port,
    tlsPort: _tls,
    tlsCertFile: _cert,
    tlsKeyFile: _key,
    kinds,
    ...flags
  } = SERVE_FLAGS;

  test("has every decision flag of the service, with the service's default", () => {
    const config = Object.fromEntries(
      Object.entries(values.config as object).map(([key, value]) => [key, String(value)]),
    );
    const defaults = Object.fromEntries(
      Object.entries(flags).map(([key, { fallback }]) => [key, fallback]),
    );
    const { namespace, serviceAccount } = values.metacontroller;
    expect({
      ...config,
      // The service repeats a limit of the admission policies, so both use the policies' value.
      maxReplicas: String(values.policies.limits.replicas),
      metacontrollerUser: `system:serviceaccount:${namespace}:${serviceAccount}`,
      mergeGroups: String(values.virtualServiceMerge.groups),
      virtualEnvironmentHosts: String(values.virtualEnvironment.hosts),
      autoInjection: values.virtualEnvironment.autoInjection,
      maxUniqueWorkloads: String(values.environments.maxUniqueWorkloads),
    }).toEqual(defaults);
  });

  test("Metacontroller's service account is the one that the service expects", async () => {
    const { serviceAccount } = parse(await text('metacontroller-values.yaml'));
    expect(serviceAccount.name).toBe(values.metacontroller.serviceAccount);
  });

  test('every flag is passed to the container', async () => {
    const template = await text('templates/deployment.yaml');
    for (const { name } of [kinds, ...Object.values(flags)]) {
      expect([variableOf(name), template.includes(`--${name}=`)]).toEqual([variableOf(name), true]);
    }
  });
});
