import { describe, expect, test } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import { dynamicEnv, withSubset } from './samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');
const NAME_FORM =
  'must match ^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ (lower-case letters, digits, - and .)';

describe('checks for every object', () => {
  test.each<[string, unknown, string, string, string]>([
    ['no version', { apiVersion: undefined }, 'Required', 'apiVersion', 'is required'],
    [
      'another version',
      { apiVersion: 'riskified.com/v1' },
      'Invalid',
      'apiVersion',
      'must be riskified.com/v1alpha1',
    ],
    ['no kind', { kind: undefined }, 'Required', 'kind', 'is required'],
    ['another kind', { kind: 'Pod' }, 'Invalid', 'kind', 'must be DynamicEnv'],
    [
      'no metadata',
      { metadata: undefined },
      'Required',
      'metadata',
      'is required (the name and the labels of the object)',
    ],
    [
      'no name',
      { metadata: {} },
      'Required',
      'metadata.name',
      'is required (lower-case letters, digits, - and .)',
    ],
    ['bad name', { metadata: { name: 'A' } }, 'Invalid', 'metadata.name', NAME_FORM],
    [
      'long name',
      { metadata: { name: 'a'.repeat(254) } },
      'Invalid',
      'metadata.name',
      'must have at most 253 characters: shorten it',
    ],
    [
      'a number as a label',
      { metadata: { name: 'a', labels: { 'x/y~z': 1 } } },
      'Invalid',
      'metadata.labels[x/y~z]',
      'must be of type string, not number: put it in quotes',
    ],
    [
      'a number as an annotation',
      { metadata: { name: 'a', annotations: { a: 1 } } },
      'Invalid',
      'metadata.annotations[a]',
      'must be of type string, not number: put it in quotes',
    ],
    [
      'a number as a finalizer',
      { metadata: { name: 'a', finalizers: [1] } },
      'Invalid',
      'metadata.finalizers[0]',
      'must be of type string, not number: put it in quotes',
    ],
    [
      'no spec',
      { spec: undefined },
      'Required',
      'spec',
      'is required (Which requests to route, and which Deployments to clone with which changes.)',
    ],
    ['a list as spec', { spec: [] }, 'Invalid', 'spec', 'must be of type object, not list'],
  ])('%s', (_name, part, reason, path, message) => {
    const object = { ...dynamicEnv(), ...(part as object) };
    expect(validator.validate(object)).toEqual({
      errors: [{ reason, path, message }],
      unknown: [],
    });
  });

  test.each<[unknown, string]>([
    [null, 'null'],
    ['text', 'string'],
    [[], 'list'],
  ])('%j is not an object', (object, type) => {
    const message = `must be of type object, not ${type}`;
    expect(validator.validate(object)).toEqual({
      errors: [{ reason: 'Invalid', path: '', message }],
      unknown: [],
    });
  });
});

describe('unknown fields are reported', () => {
  test.each<[string, unknown, string, string]>([
    [
      'in a workload',
      withSubset({ replica: 2 }),
      'spec.subsets[0].replica',
      'name, namespace, existing, events, podLabels, replicas, defaultVersion, initContainers, containers',
    ],
    [
      'in a match',
      dynamicEnv({ istioMatches: [{ sourceLabels: { a: 'b' }, header: {} }] }),
      'spec.istioMatches[0].header',
      'headers, sourceLabels, queryParams, cookie, baggage',
    ],
    [
      'in the spec',
      dynamicEnv({ subset: [] }),
      'spec.subset',
      'istioMatches, ref, subsets, consumers, environment, vars, secrets, unset, scope, allowPartial, suspend, ttl, owner, entries',
    ],
    [
      'named like a method of every object',
      dynamicEnv({ constructor: 1 }),
      'spec.constructor',
      'istioMatches, ref, subsets, consumers, environment, vars, secrets, unset, scope, allowPartial, suspend, ttl, owner, entries',
    ],
    [
      'beside the spec',
      { ...dynamicEnv(), data: {} },
      'data',
      'apiVersion, kind, metadata, spec, status',
    ],
    [
      'in a status',
      { ...dynamicEnv(), status: { ready: true } },
      'status.ready',
      'state, totalCount, totalReady, match, expiresAt, observedRenewal, links, entriesStatus, observedGeneration, subsetsStatus, consumersStatus, configuration, conditions',
    ],
    [
      'in a map of objects',
      dynamicEnv({ istioMatches: [{ headers: { user: { exact: 'a', ignoreCase: true } } }] }),
      'spec.istioMatches[0].headers[user].ignoreCase',
      'exact, prefix, regex',
    ],
  ])('%s', (_name, object, path, names) => {
    const message = `there is no such field: correct its name (${names}) or take it out`;
    expect(validator.validate(object)).toEqual({
      errors: [],
      unknown: [{ reason: 'Unknown', path, message }],
    });
  });

  test('in the metadata', () => {
    const object = { ...dynamicEnv(), metadata: { name: 'a', label: {} } };
    const { unknown } = validator.validate(object);
    expect(unknown).toHaveLength(1);
    expect(unknown[0]?.path).toBe('metadata.label');
    expect(unknown[0]?.message).toContain('(name, namespace, labels, annotations, ');
  });

  test('all unknown fields are listed, but not fields inside unknown fields', () => {
    const { unknown } = validator.validate(dynamicEnv({ a: { b: 1 }, c: [{ d: 1 }] }));
    expect(unknown.map(({ path }) => path)).toEqual(['spec.a', 'spec.c']);
  });
});

describe('the status', () => {
  const status = {
    state: 'ready',
    totalCount: 1,
    totalReady: 1,
    match: 'user=me',
    observedGeneration: 3,
    subsetsStatus: {
      'shop/backend': {
        deployment: { name: 'a', namespace: 'b', status: 'running' },
        destinationRules: [{ name: 'a', namespace: 'b', status: 'failed', message: 'c' }],
        virtualServices: [],
        subsetErrors: { subset: [{ error: 'a', lastOccurrence: '2026-01-31T12:00:00Z' }] },
      },
    },
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Ready',
        message: '',
        lastTransitionTime: '2026-01-31T12:00:00.123+01:00',
        observedGeneration: 3,
      },
    ],
  };
  const written = (change: object) =>
    validator.validateStatus({ ...dynamicEnv(), status: { ...status, ...change } });
  const condition = status.conditions[0];

  test('may have all declared fields, or be absent', () => {
    expect(written({})).toEqual({ errors: [], unknown: [] });
    expect(validator.validateStatus(dynamicEnv())).toEqual({ errors: [], unknown: [] });
  });

  test('is validated separately', () => {
    const object = { ...dynamicEnv({ foo: 1, subsets: [] }), status: { ...status, bar: 1 } };
    const { errors, unknown } = validator.validateStatus(object);
    expect(errors).toEqual([]);
    expect(unknown.map(({ path }) => path)).toEqual(['status.bar']);
    expect(validator.validateStatus({ ...dynamicEnv(), status: 1 }).errors).toEqual([
      { reason: 'Invalid', path: 'status', message: 'must be of type object, not number' },
    ]);
  });

  test.each<[object, string, string]>([
    [{ totalReady: 1.5 }, 'status.totalReady', 'must be of type integer, not number'],
    [{ totalCount: -(2 ** 31) - 1 }, 'status.totalCount', 'must have the format int32'],
    [{ observedGeneration: 2 ** 53 }, 'status.observedGeneration', 'must have the format int64'],
    [
      { conditions: [{ ...condition, lastTransitionTime: 'now' }] },
      'status.conditions[0].lastTransitionTime',
      'must have the format date-time',
    ],
    [
      { subsetsStatus: { 'a/b': { deployment: { name: 'a', namespace: 'b', status: 1 } } } },
      'status.subsetsStatus[a/b].deployment.status',
      'must be of type string, not number: put it in quotes',
    ],
  ])('%j is refused', (change, path, message) => {
    expect(written(change).errors).toEqual([{ reason: 'Invalid', path, message }]);
  });

  test('has each condition type only once', () => {
    expect(written({ conditions: [condition, condition] }).errors).toEqual([
      {
        reason: 'Duplicate',
        path: 'status.conditions[1]',
        message: 'an earlier item of the list has the same type "Ready": put all into one item',
      },
    ]);
  });

  test('accepts the minimum and the maximum of int32', () => {
    expect(written({ totalCount: -(2 ** 31), totalReady: 2 ** 31 - 1 }).errors).toEqual([]);
  });
});
