import { describe, expect, test } from '@jest/globals';
import { loadValidator } from '../../../../src/crds.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import { RELATED_TO_ENVIRONMENT } from '../../../../src/kinds/environment/customize.ts';
import { syncEnvironment } from '../../../../src/kinds/environment/sync.ts';
import { deepFreeze } from '../../../support/objects.ts';

const NOW = new Date('2026-01-01T12:00:00Z');
const AT = '2026-01-01T12:00:00Z';
const ENVIRONMENTS = 'Environment.riskified.com/v1alpha1';
const ENVS = 'DynamicEnv.riskified.com/v1alpha1';
const validator = await loadValidator('environments.riskified.com');

function environment(name: string, spec: unknown = {}, more: object = {}): KubeObject {
  const metadata = { name, generation: 2 };
  const object = { apiVersion: 'riskified.com/v1alpha1', kind: 'Environment', metadata, spec };
  return { ...object, ...more };
}

const byName = (objects: readonly KubeObject[]) =>
  Object.fromEntries(objects.map((object) => [object.metadata.name, object]));

interface Cluster {
  environments?: readonly KubeObject[];
  /** Specs of DynamicEnvs. */
  envs?: readonly unknown[];
  now?: Date;
}

function sync(object: KubeObject, { environments = [], envs = [], now = NOW }: Cluster = {}) {
  const related = {
    [ENVIRONMENTS]: byName([...environments, object]),
    [ENVS]: byName(envs.map((spec, index) => environment(`env-${index}`, spec))),
  };
  return syncEnvironment(
    deepFreeze(object),
    deepFreeze(related),
    validator.specErrors(object),
    now,
  );
}

/** The condition Accepted, as it comes with a status. */
function condition(status: 'True' | 'False', reason: string, message: string, since = AT) {
  const condition = { type: 'Accepted', status, reason, message, lastTransitionTime: since };
  return [{ ...condition, observedGeneration: 2 }];
}

test('asks for all Environments and all DynamicEnvs', () => {
  expect(RELATED_TO_ENVIRONMENT).toEqual([
    { apiVersion: 'riskified.com/v1alpha1', resource: 'environments' },
    { apiVersion: 'riskified.com/v1alpha1', resource: 'dynamicenvs' },
  ]);
});

test('one that extends no other', () => {
  expect(sync(environment('dev', { vars: { A: '1' } }))).toEqual({
    observedGeneration: 2,
    chain: ['dev'],
    inUse: false,
    conditions: condition('True', 'Accepted', 'DynamicEnvs can use it'),
  });
});

test('one that extends others', () => {
  const environments = [environment('dev', { extends: 'base' }), environment('base')];
  expect(sync(environment('qa', { extends: 'dev' }), { environments })).toEqual({
    observedGeneration: 2,
    chain: ['base', 'dev', 'qa'],
    inUse: false,
    conditions: condition(
      'True',
      'Accepted',
      'DynamicEnvs can use it; it is overlaid in this order: base, dev, qa',
    ),
  });
});

test.each([
  [
    'a parent is missing',
    { extends: 'dev' },
    'ParentMissing',
    'Environment dev, which qa extends, does not exist: create it, or correct spec.extends of qa',
  ],
  [
    'a circle',
    { extends: 'circle' },
    'Cycle',
    'Environments extend each other in a circle (qa → circle → qa): take spec.extends out of one of them, or correct it',
  ],
  [
    'a chain that is too long',
    { extends: 'e1' },
    'ChainTooLong',
    'more than 8 Environments extend each other (qa → e1 → e2 → e3 → e4 → e5 → e6 → e7 → …): put several of them into one',
  ],
  [
    'a parent that cannot be used',
    { extends: 'invalid' },
    'Invalid',
    'Environment invalid cannot be used (spec.vars: expected a map of at most 128 texts): correct it',
  ],
  [
    'itself, stored before that was refused',
    { extends: 'qa' },
    'Invalid',
    'spec.extends is the Environment itself: name its parent, or take extends out',
  ],
  [
    'a spec that was stored before a rule came',
    { vars: { '1A': '' }, unset: ['A', 'A'] },
    'Invalid',
    "spec.vars: a variable's name is at most 253 letters, digits, '-', '_' or '.', and begins neither with a digit nor with '..': correct the name; spec.unset: a variable is twice in unset: take one out",
  ],
])('%s', (_name, spec, reason, message) => {
  const row = Array.from({ length: 8 }, (_, index) =>
    environment(`e${index + 1}`, index === 7 ? {} : { extends: `e${index + 2}` }),
  );
  const others = [
    environment('circle', { extends: 'qa' }),
    environment('invalid', { vars: { A: 1 } }),
  ];
  const status = sync(environment('qa', spec), { environments: [...row, ...others] });
  expect(status).toEqual({
    observedGeneration: 2,
    inUse: true,
    conditions: condition('False', reason, message),
  });
});

test.each([undefined, null, 'a', [], { vars: 'a' }, { extends: {} }])('a spec of %j', (spec) => {
  const status = sync(environment('qa', {}, { spec }), { envs: [{ environment: 'qa' }] });
  expect(status).toMatchObject({ inUse: true, conditions: [{ reason: 'Invalid' }] });
  expect(status).not.toHaveProperty('chain');
});

describe('in use', () => {
  test.each<[string, Cluster, boolean]>([
    ['nobody', {}, false],
    ['a DynamicEnv', { envs: [{}, { environment: 'qa' }] }, true],
    ['DynamicEnvs that use others', { envs: [{ environment: 'dev' }, {}] }, false],
    ['a child', { environments: [environment('uat', { extends: 'qa' })] }, true],
    [
      'a child that is invalid',
      { environments: [environment('uat', { extends: 'qa', vars: 1 })] },
      true,
    ],
    [
      'objects of any shape',
      { envs: [null, 'qa', ['qa'], { environment: ['qa'] }], environments: [environment('x', 1)] },
      false,
    ],
  ])('by %s', (_name, cluster, inUse) => {
    expect(sync(environment('qa'), cluster)).toMatchObject({ inUse });
  });
});

test('one that extends itself is not in use by itself', () => {
  expect(sync(environment('qa', { extends: 'qa' }))).toMatchObject({ inUse: false });
});

test('equal decisions give equal bytes, whatever the time and the order of objects are', () => {
  const environments = [environment('dev'), environment('x'), environment('y', { extends: 'qa' })];
  const object = environment('qa', { extends: 'dev' });
  const envs = [{ environment: 'qa' }, { environment: 'x' }];
  const first = sync(object, { environments, envs });
  const again = sync({ ...object, status: first } as KubeObject, {
    environments: environments.toReversed(),
    envs: envs.toReversed(),
    now: new Date('2026-01-01T13:00:00Z'),
  });
  expect(JSON.stringify(again)).toBe(JSON.stringify(first));
});

test('the time changes with the status of the condition only', () => {
  const object = (spec: object, status: unknown) =>
    environment('qa', spec, { metadata: { name: 'qa', generation: 3 }, status });
  const missing = sync(environment('qa', { extends: 'a' }));
  const now = new Date('2026-01-01T13:00:00Z');
  expect(sync(object({ extends: 'b' }, missing), { now })).toMatchObject({
    observedGeneration: 3,
    conditions: [{ message: expect.stringContaining('b'), lastTransitionTime: AT }],
  });
  expect(sync(object({}, missing), { now })).toMatchObject({
    conditions: [{ status: 'True', lastTransitionTime: '2026-01-01T13:00:00Z' }],
  });
  for (const status of [1, null, { conditions: 1 }, { conditions: [null] }])
    expect(sync(object({}, status))).toMatchObject({ conditions: [{ lastTransitionTime: AT }] });
});

test('the object itself counts, not the copy of it among the related ones', () => {
  const related = { [ENVIRONMENTS]: { qa: environment('qa', { extends: 'gone' }) }, [ENVS]: {} };
  expect(syncEnvironment(environment('qa'), related, [], NOW)).toMatchObject({ chain: ['qa'] });
});

test.each([ENVIRONMENTS, ENVS])('is refused if no group of %s was sent', (key) => {
  const { [key]: _, ...related } = { [ENVIRONMENTS]: {}, [ENVS]: {} } as Record<string, object>;
  expect(syncEnvironment(environment('qa'), related as never, [], NOW)).toEqual({
    reason: 'NotSent',
    message: `these kinds were not sent: ${key}. Check that the controller environment has its customize hook`,
  });
});

test('an Environment among five thousand is decided in less than 100 ms of processor time', () => {
  const environments = Array.from({ length: 5000 }, (_, index) =>
    environment(`e${index}`, { extends: `e${index + 1}`, vars: { A: 'x'.repeat(100) } }),
  );
  const related = {
    [ENVIRONMENTS]: byName(environments),
    [ENVS]: byName(Array.from({ length: 5000 }, (_, i) => environment(`env-${i}`, {}))),
  };
  const before = process.cpuUsage();
  for (const name of ['e0', 'e2500', 'e4995'])
    syncEnvironment(environments[Number(name.slice(1))] as KubeObject, related, [], NOW);
  expect(process.cpuUsage(before).user / 1000 / 3).toBeLessThan(100);
});
