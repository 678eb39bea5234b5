import { describe, expect, test } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import { dynamicEnv, many, manyKeys, withMatch, withOverride, withSubset } from './samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');
const NOTHING = { errors: [], unknown: [] };
const consumer = { name: 'worker', namespace: 'shop', containers: [{ image: 'x' }] };

describe('a DynamicEnv may have', () => {
  test.each<[string, unknown]>([
    ['one subset', dynamicEnv()],
    ['consumers only', dynamicEnv({ subsets: [], consumers: [consumer] })],
    ['no list of subsets', dynamicEnv({ subsets: undefined, consumers: [consumer] })],
    ['32 subsets', dynamicEnv({ subsets: many(32, (n) => ({ ...consumer, name: `w${n}` })) })],
    ['a ref only', dynamicEnv({ istioMatches: undefined, ref: 'mp-101' })],
    ['a ref and matches', dynamicEnv({ ref: 'a' })],
    ['a ref of 40 characters', dynamicEnv({ ref: 'a'.repeat(40) })],
    ['16 matches', dynamicEnv({ istioMatches: many(16, () => ({ sourceLabels: { a: 'b' } })) })],
    [
      'Deployments of the same name in two namespaces',
      dynamicEnv({ subsets: [consumer, { ...consumer, namespace: 'other' }] }),
    ],
    ['a dotted name', { ...dynamicEnv(), metadata: { name: 'a.b-c' } }],
    ['null for an optional field', dynamicEnv({ consumers: null })],
    [
      'a status of any shape, because the API server drops it',
      { ...dynamicEnv(), status: { state: 1 } },
    ],
    [
      'all metadata that the API server writes',
      {
        ...dynamicEnv(),
        metadata: {
          name: 'a',
          namespace: 'b',
          labels: { a: 'b' },
          annotations: { c: 'd' },
          finalizers: ['e/f'],
          ownerReferences: [{}],
          generateName: 'a-',
          uid: 'u',
          resourceVersion: '1',
          generation: 1,
          creationTimestamp: null,
          deletionTimestamp: 'x',
          deletionGracePeriodSeconds: 0,
          managedFields: [{ manager: 'kubectl' }],
          selfLink: '',
        },
      },
    ],
  ])('%s', (_name, object) => {
    expect(validator.validate(object)).toEqual(NOTHING);
  });
});

describe('a match may have', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an exact value', { headers: { user: { exact: 'a b, c' } } }],
    ['a prefix', { headers: { user: { prefix: 'a' } } }],
    ['a regex', { headers: { user: { regex: '(?i)a+|b[0-9]{2}\\.x' } } }],
    ['a regex of 1024 characters', { headers: { user: { regex: 'a'.repeat(1024) } } }],
    ['an exact value of 1024 characters', { headers: { user: { exact: 'a'.repeat(1024) } } }],
    ['every character of an HTTP token', { headers: { "-!#$%&'*+.^_`|~0aZ": { exact: 'a' } } }],
    ['a header name of 256 characters', { headers: { ['a'.repeat(256)]: { exact: 'a' } } }],
    ['16 headers', { headers: manyKeys(16, { exact: 'a' }) }],
    ['header names that only contain a forbidden name', { headers: { 'x-host': { exact: 'a' } } }],
    [
      'header names that only start with a forbidden name',
      { headers: { hostess: { exact: 'a' } } },
    ],
    ['an alternative that is null', { headers: { user: { exact: 'a', regex: null } } }],
    ['source labels', { sourceLabels: { app: 'a', 'x.y/Z_0': '1.a_b-C' } }],
    ['16 source labels', { sourceLabels: manyKeys(16, 'a') }],
    ['a label value of 63 characters', { sourceLabels: { app: 'a'.repeat(63) } }],
    ['a label name of 63 characters', { sourceLabels: { ['a'.repeat(63)]: 'a' } }],
    ['headers and labels', { headers: { a: { exact: 'b' } }, sourceLabels: { app: 'a' } }],
    ['labels and no headers', { headers: {}, sourceLabels: { app: 'a' } }],
    ['headers and no labels', { headers: { a: { exact: 'b' } }, sourceLabels: {} }],
    ['a query parameter', { queryParams: { 'a[]%20!"$\'-<>~': { exact: 'a%20b' } } }],
    ['a regex for a query parameter', { queryParams: { env: { regex: 'mp-[0-9]+' } } }],
    ['16 query parameters', { queryParams: manyKeys(16, { prefix: 'a' }) }],
    ['a cookie', { cookie: { name: '__Host-env', exact: "!#$%&'()*+-./09:<=>?@AZ[]^_`az{|}~" } }],
    ['a cookie of 64 and 200', { cookie: { name: 'a'.repeat(64), exact: 'a'.repeat(200) } }],
    ['a baggage member', { baggage: { key: 'user.id', exact: 'J. "Jo" Doe, \\;%20' } }],
    ['a baggage member of 64 and 64', { baggage: { key: 'a'.repeat(64), exact: ' '.repeat(64) } }],
  ])('%s', (_name, match) => {
    expect(validator.validate(withMatch(match))).toEqual(NOTHING);
  });
});

describe('a workload may have', () => {
  test.each<[string, Record<string, unknown>]>([
    ['replicas', { replicas: 3 }],
    ['a name of 63 characters', { name: 'a'.repeat(63) }],
    ['a name with dots', { name: 'a.b-0' }],
    ['a default version', { defaultVersion: 'v1.2_x' }],
    ['init containers only', { containers: undefined, initContainers: [{ args: [] }] }],
    ['pod labels, also without a value', { podLabels: { 'a.b/c': '', team: 'x' } }],
    ['a label that is similar to a mark', { podLabels: { 'dynamic-env-x': 'a' } }],
    ['32 pod labels', { podLabels: manyKeys(32, 'a') }],
    [
      'several containers, one of them without a name',
      { containers: [{ image: 'x' }, { containerName: 'a', image: 'x' }] },
    ],
    [
      '16 containers',
      { containers: many(16, (index) => ({ containerName: `c${index}`, image: 'x' })) },
    ],
  ])('%s', (_name, subset) => {
    expect(validator.validate(withSubset(subset))).toEqual(NOTHING);
  });
});

const FROM = {
  configMapKeyRef: { name: 'a', key: 'b', optional: true },
  fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' },
  fileKeyRef: { key: 'a', path: 'b', volumeName: 'c', optional: false },
  resourceFieldRef: { resource: 'limits.cpu', containerName: 'a', divisor: 1 },
  secretKeyRef: { name: 'a', key: 'b' },
};

describe('an override may have', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an image', { image: 'registry.example.com:5000/a/b@sha256:0a' }],
    ["an empty command, which means the image's command", { command: [] }],
    ['arguments', { args: ['-x', ''] }],
    ['an empty value', { env: [{ name: 'A', value: '' }] }],
    ['a variable without a value', { env: [{ name: 'A' }] }],
    ['256 variables', { env: many(256, (index) => ({ name: `A${index}` })) }],
    ['an unusual variable name', { env: [{ name: ' !a.b-c~' }] }],
    ...Object.entries(FROM).map(([source, value]): [string, Record<string, unknown>] => [
      source,
      { env: [{ name: 'A', valueFrom: { [source]: value } }] },
    ]),
    ['envFrom a ConfigMap', { envFrom: [{ configMapRef: { name: 'a', optional: true } }] }],
    ['envFrom a Secret', { envFrom: [{ prefix: 'X_', secretRef: { name: 'a' } }] }],
    ['empty resources, which keep those of the base', { resources: {} }],
    [
      'quantities of every kind',
      {
        resources: {
          limits: { cpu: 2, memory: '1.5Gi', a: '.5', b: '1e3', c: '12E-2', d: '3.', e: '0' },
          requests: { cpu: '500m', memory: '64M', 'nvidia.com/gpu': 0 },
          claims: [{ name: 'gpu', request: 'one' }, { name: 'other' }],
        },
      },
    ],
  ])('%s', (_name, override) => {
    expect(validator.validate(withOverride(override))).toEqual(NOTHING);
  });
});
