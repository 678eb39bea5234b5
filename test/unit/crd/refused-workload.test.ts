import { describe, expect, test } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import { dynamicEnv, many, manyKeys, withOverride, withSubset } from './samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');
const SUBSET = 'spec.subsets[0]';
const OVERRIDE = `${SUBSET}.containers[0]`;

const BAD_NAME =
  "must be a Deployment's name: lower-case letters, digits, '-' or '.', with a letter or digit at both ends";
const BAD_LABEL =
  "must consist of lower-case letters, digits or '-', with a letter or digit at both ends";
const BAD_KEY =
  "a label key is a name of at most 63 letters, digits, '-', '_' or '.' that starts and ends with a letter or digit, optionally after a DNS name and '/': correct the key";
const BAD_VALUE =
  "must be a label value: letters, digits, '-', '_' or '.', with a letter or digit at both ends";
const SAME_AS_BASE =
  'an item changes no container, so its clone would equal its base: give containers or initContainers there, or take the item out, or give the environment a configuration (environment, vars, secrets or unset)';
/** Each is a configuration by itself. */
const LAYERS = [
  { environment: 'qa' },
  { vars: { A: '' } },
  { secrets: [{ name: 'A', secretKeyRef: { name: 's', key: 'k' } }] },
  { unset: ['A'] },
];
const REPEATED =
  'each container may appear once, and containerName may be left out once (it then means the first container): put all changes of a container into one item';
const NOTHING_CHANGED =
  'change something: give image, command, args, env, envFrom or resources, or take the item out';
const NO_WORKLOAD =
  'name at least one Deployment to clone, under subsets (receives requests) or consumers (does not), or the workloads that the configuration concerns, under scope';
const RESERVED =
  'dynamic-env, riskified.com/clone, controller-uid and pod-template-hash are set by controllers: take them out';
const ONE_SOURCE =
  'give exactly one of configMapKeyRef, fieldRef, fileKeyRef, resourceFieldRef and secretKeyRef';
const QUANTITY =
  'must match ^([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?$ (A quantity, for example 500m or 256Mi.)';
const LONG = (limit: number) => `must have at most ${limit} characters: shorten it`;
const HAS_QUOTES = 'must be of type string, not number: put it in quotes';

describe('lists of workloads', () => {
  const one = { name: 'a', namespace: 'b', containers: [{ image: 'x' }] };
  const repeated =
    'an earlier item of the list has the same namespace "b" and name "a": put all into one item';

  test.each<[string, Record<string, unknown>, string, string, string]>([
    ['none', { subsets: undefined }, 'Invalid', 'spec', NO_WORKLOAD],
    ['both empty', { subsets: [], consumers: [] }, 'Invalid', 'spec', NO_WORKLOAD],
    [
      'repeated subset',
      { subsets: [one, { ...one, name: 'c' }, one] },
      'Duplicate',
      'spec.subsets[2]',
      repeated,
    ],
    ['repeated consumer', { consumers: [one, one] }, 'Duplicate', 'spec.consumers[1]', repeated],
    [
      '33 subsets',
      { subsets: many(33, (n) => ({ ...one, name: `a${n}` })) },
      'Invalid',
      'spec.subsets',
      'must have at most 32 items: take some out',
    ],
    [
      '33 consumers',
      { consumers: many(33, (n) => ({ ...one, name: `a${n}` })) },
      'Invalid',
      'spec.consumers',
      'must have at most 32 items: take some out',
    ],
    [
      'a consumer with the Deployment of a subset',
      { consumers: [{ ...one, containers: [] }] },
      'Invalid',
      'spec.consumers',
      SAME_AS_BASE,
    ],
  ])('%s', (_name, spec, reason, path, message) => {
    expect(validator.validate(dynamicEnv(spec)).errors).toEqual([{ reason, path, message }]);
  });
});

describe('a version that exists already', () => {
  const FOR_CLONES =
    'containers, initContainers, replicas and podLabels are for a clone, and nothing is cloned with existing: take them out, or take existing out';
  const ONE_TARGET = 'give exactly one of deployment and service';
  const deployment = { deployment: 'backend-mp-101' };

  test.each<[string, Record<string, unknown>, string, string]>([
    ['neither', { existing: {} }, '.existing', ONE_TARGET],
    ['both', { existing: { ...deployment, service: 'b' } }, '.existing', ONE_TARGET],
    ['containers', { existing: deployment, containers: [{ image: 'x' }] }, '', FOR_CLONES],
    ['initContainers', { existing: deployment, initContainers: [{ image: 'x' }] }, '', FOR_CLONES],
    ['no containers', { existing: deployment, containers: [] }, '', FOR_CLONES],
    ['podLabels', { existing: deployment, podLabels: { a: 'b' } }, '', FOR_CLONES],
    ['replicas', { existing: deployment, replicas: 2 }, '', FOR_CLONES],
    [
      'the base itself',
      { existing: { deployment: 'backend' } },
      '',
      'existing.deployment is the base itself, to which the requests go already: name the Deployment of your version',
    ],
    ['a bad name', { existing: { deployment: 'A' } }, '.existing.deployment', BAD_NAME],
    ['a bad Service', { existing: { service: 'a.b' } }, '.existing.service', BAD_LABEL],
  ])('%s', (_name, subset, place, message) => {
    const { errors } = validator.validate(withSubset({ containers: undefined, ...subset }));
    expect(errors).toEqual([{ reason: 'Invalid', path: `${SUBSET}${place}`, message }]);
  });

  test('is not for consumers', () => {
    const consumer = { name: 'worker', namespace: 'shop', existing: deployment };
    expect(validator.validate(dynamicEnv({ consumers: [consumer] })).errors).toEqual([
      {
        reason: 'Invalid',
        path: 'spec.consumers',
        message:
          'a consumer cannot have existing, because no request is routed to it: list it under subsets, or take it out',
      },
    ]);
  });
});

describe('a workload', () => {
  test.each<[string, Record<string, unknown>, string, string]>([
    ['upper-case name', { name: 'Backend' }, '.name', BAD_NAME],
    ['name with an empty part', { name: 'a..b' }, '.name', BAD_NAME],
    ['empty name', { name: '' }, '.name', BAD_NAME],
    ['long name', { name: 'a'.repeat(64) }, '.name', LONG(63)],
    ['dotted namespace', { namespace: 'a.b' }, '.namespace', BAD_LABEL],
    ['empty namespace', { namespace: '' }, '.namespace', BAD_LABEL],
    ['long namespace', { namespace: 'a'.repeat(64) }, '.namespace', LONG(63)],
    ['no replicas', { replicas: 0 }, '.replicas', 'must be at least 1'],
    ['half a replica', { replicas: 1.5 }, '.replicas', 'must be of type integer, not number'],
    ['too many replicas', { replicas: 2 ** 31 }, '.replicas', 'must have the format int32'],
    ['replicas as text', { replicas: '2' }, '.replicas', 'must be of type integer, not string'],
    [
      'empty default version',
      { defaultVersion: '' },
      '.defaultVersion',
      'must have at least 1 character',
    ],
    ['bad default version', { defaultVersion: 'a/b' }, '.defaultVersion', BAD_VALUE],
    ['long default version', { defaultVersion: 'a'.repeat(64) }, '.defaultVersion', LONG(63)],
    ['bad label key', { podLabels: { 'a/b/c': 'd' } }, '.podLabels', BAD_KEY],
    ['bad label value', { podLabels: { a: 'b!' } }, '.podLabels[a]', BAD_VALUE],
    ['long label value', { podLabels: { a: 'b'.repeat(64) } }, '.podLabels[a]', LONG(63)],
    [
      '33 labels',
      { podLabels: manyKeys(33, 'a') },
      '.podLabels',
      'must have at most 32 keys: take some out',
    ],
    [
      'two containers without a name',
      { containers: [{ image: 'a' }, { image: 'b' }] },
      '.containers',
      REPEATED,
    ],
    [
      'the same container name twice',
      {
        initContainers: [
          { containerName: 'a', image: 'a' },
          { containerName: 'a', image: 'b' },
        ],
      },
      '.initContainers',
      REPEATED,
    ],
    [
      '17 containers',
      { containers: many(17, (n) => ({ containerName: `a${n}`, image: 'x' })) },
      '.containers',
      'must have at most 16 items: take some out',
    ],
  ])('%s', (_name, subset, place, message) => {
    const { errors } = validator.validate(withSubset(subset));
    expect(errors).toEqual([{ reason: 'Invalid', path: `${SUBSET}${place}`, message }]);
  });

  test.each([
    ['no override', { containers: undefined }],
    ['empty overrides', { containers: [], initContainers: [] }],
  ])('%s: refused, unless the env has a configuration', (_name, subset) => {
    const env = withSubset(subset);
    const wanted = { reason: 'Invalid', path: 'spec.subsets', message: SAME_AS_BASE };
    expect(validator.validate(env).errors).toEqual([wanted]);
    const spec = env['spec'] as object;
    for (const layer of LAYERS)
      expect(validator.validate({ ...env, spec: { ...spec, ...layer } }).errors).toEqual([]);
    for (const none of [{ vars: {} }, { secrets: [] }, { unset: [] }])
      expect(validator.validate({ ...env, spec: { ...spec, ...none } }).errors).toHaveLength(1);
  });

  test.each(['dynamic-env', 'riskified.com/clone', 'controller-uid', 'pod-template-hash'])(
    'must not set the label %s',
    (key) => {
      const { errors } = validator.validate(withSubset({ podLabels: { team: 'a', [key]: 'b' } }));
      expect(errors).toEqual([
        { reason: 'Forbidden', path: `${SUBSET}.podLabels`, message: RESERVED },
      ]);
    },
  );

  test('must have a name and a namespace', () => {
    const { errors } = validator.validate(dynamicEnv({ subsets: [{}] }));
    expect(errors).toEqual([
      {
        reason: 'Required',
        path: 'spec.subsets[0].name',
        message:
          "is required (Name of the Deployment to clone. The clone is named <deployment>-<environment>; a name of more than 63 characters (the maximum of a pod's host name) is shortened and gets a hash.)",
      },
      {
        reason: 'Required',
        path: 'spec.subsets[0].namespace',
        message: 'is required (Namespace of the Deployment, and of its clone.)',
      },
    ]);
  });
});

describe('an override', () => {
  const BOTH = 'give value or valueFrom, not both: take one out';
  const FIELD = { fieldRef: { fieldPath: 'a' } };
  const SECRET = { secretKeyRef: { name: 'a', key: 'b' } };
  const env = (item: Record<string, unknown>) => ({ env: [{ name: 'A', ...item }] });

  test.each<[string, Record<string, unknown>, string, string]>([
    ['nothing', {}, '', NOTHING_CHANGED],
    ['only a name', { containerName: 'a' }, '', NOTHING_CHANGED],
    ['only empty lists', { env: [], envFrom: [] }, '', NOTHING_CHANGED],
    ['bad container name', { containerName: 'a.b', image: 'x' }, '.containerName', BAD_LABEL],
    [
      'long container name',
      { containerName: 'a'.repeat(64), image: 'x' },
      '.containerName',
      LONG(63),
    ],
    [
      'image with a space',
      { image: 'a b' },
      '.image',
      'must be an image reference such as registry.example.com/backend:1.2.3, without spaces',
    ],
    [
      'empty image',
      { image: '' },
      '.image',
      'must be an image reference such as registry.example.com/backend:1.2.3, without spaces',
    ],
    ['long image', { image: 'a'.repeat(1025) }, '.image', LONG(1024)],
    ['command as a text', { command: 'sh' }, '.command', 'must be of type array, not string'],
    ['a number in the command', { command: [1] }, '.command[0]', HAS_QUOTES],
    ['a number in the arguments', { args: ['a', 1] }, '.args[1]', HAS_QUOTES],
    ['a number as a value', env({ value: 1 }), '.env[0].value', HAS_QUOTES],
    ['both a value and a source', env({ value: 'a', valueFrom: FIELD }), '.env[0]', BOTH],
    ['an empty source', env({ valueFrom: {} }), '.env[0].valueFrom', ONE_SOURCE],
    ['two sources', env({ valueFrom: { ...FIELD, ...SECRET } }), '.env[0].valueFrom', ONE_SOURCE],
    [
      'empty secret name',
      env({ valueFrom: { secretKeyRef: { name: '', key: 'b' } } }),
      '.env[0].valueFrom.secretKeyRef.name',
      'must have at least 1 character',
    ],
    [
      '257 variables',
      { env: many(257, (n) => ({ name: `A${n}` })) },
      '.env',
      'must have at most 256 items: take some out',
    ],
    [
      'a variable with =',
      { env: [{ name: 'A=B' }] },
      '.env[0].name',
      "must match ^[ -<>-~]+$ (The variable's name, of printable ASCII characters without '='.)",
    ],
    [
      'a variable that is empty',
      { env: [{ name: '' }] },
      '.env[0].name',
      "must match ^[ -<>-~]+$ (The variable's name, of printable ASCII characters without '='.)",
    ],
    ['a long variable', { env: [{ name: 'A'.repeat(257) }] }, '.env[0].name', LONG(256)],
    [
      'envFrom nothing',
      { envFrom: [{}] },
      '.envFrom[0]',
      'give exactly one of configMapRef and secretRef',
    ],
    [
      'envFrom both',
      { envFrom: [{ configMapRef: { name: 'a' }, secretRef: { name: 'a' } }] },
      '.envFrom[0]',
      'give exactly one of configMapRef and secretRef',
    ],
    [
      '65 in envFrom',
      { envFrom: many(65, () => ({ secretRef: { name: 'a' } })) },
      '.envFrom',
      'must have at most 64 items: take some out',
    ],
    [
      'negative limit',
      { resources: { limits: { cpu: -1 } } },
      '.resources.limits[cpu]',
      'must be at least 0',
    ],
    ['odd unit', { resources: { requests: { cpu: '1x' } } }, '.resources.requests[cpu]', QUANTITY],
    [
      'negative text',
      { resources: { requests: { cpu: '-1' } } },
      '.resources.requests[cpu]',
      QUANTITY,
    ],
    [
      'half a number',
      { resources: { limits: { cpu: 0.5 } } },
      '.resources.limits[cpu]',
      'must be of type whole number or string, not number: put it in quotes',
    ],
    [
      'a list as a limit',
      { resources: { limits: { cpu: [] } } },
      '.resources.limits[cpu]',
      'must be of type whole number or string, not list',
    ],
  ])('%s', (_name, override, place, message) => {
    const { errors } = validator.validate(withOverride(override));
    expect(errors).toEqual([{ reason: 'Invalid', path: `${OVERRIDE}${place}`, message }]);
  });

  test.each(['configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef'])(
    'an empty %s lacks its required fields',
    (source) => {
      const { errors } = validator.validate(withOverride(env({ valueFrom: { [source]: {} } })));
      const place = `${OVERRIDE}.env[0].valueFrom.${source}`;
      expect(errors.length).toBeGreaterThan(0);
      for (const { reason, path } of errors) {
        expect(reason).toBe('Required');
        expect(path).toMatch(`${place}.`);
      }
    },
  );

  test('must not have a variable twice', () => {
    const item = { name: 'A', value: 'a' };
    const { errors } = validator.validate(withOverride({ env: [item, { name: 'B' }, item] }));
    const message = 'an earlier item of the list has the same name "A": put all into one item';
    expect(errors).toEqual([{ reason: 'Duplicate', path: `${OVERRIDE}.env[2]`, message }]);
  });
});
