import { describe, expect, test } from '@jest/globals';
import { applyDefaults } from '../../../src/crd/defaults.ts';
import type { Schema } from '../../../src/crd/types.ts';
import { loadValidator } from '../../../src/crds.ts';
import { dynamicEnv } from './samples.ts';

describe('a DynamicEnv', () => {
  test('gets one replica for each workload that does not set replicas', async () => {
    const validator = await loadValidator('dynamicenvs.riskified.com');
    const [a, b, c] = [{ name: 'a' }, { name: 'b', replicas: 2 }, { name: 'c', replicas: null }];
    const object = dynamicEnv({ subsets: [a, b, c], consumers: [a] });
    const before = structuredClone(object);
    expect(validator.withDefaults(object)).toEqual({
      ...before,
      spec: {
        istioMatches: [{ headers: { user: { exact: 'me' } } }],
        subsets: [
          { name: 'a', replicas: 1 },
          { name: 'b', replicas: 2 },
          { name: 'c', replicas: 1 },
        ],
        consumers: [{ name: 'a', replicas: 1 }],
      },
    });
    expect(object).toEqual(before);
  });
});

describe('defaults', () => {
  const inner: Schema = {
    type: 'object',
    default: {},
    properties: { size: { type: 'integer', default: 3 } },
  };
  const schema: Schema = {
    type: 'object',
    properties: {
      inner,
      list: { type: 'array', items: inner },
      map: { type: 'object', additionalProperties: inner },
      off: { type: 'boolean', default: false },
      maybe: { type: 'string', nullable: true, default: 'a' },
      free: { type: 'object' },
    },
  };
  const FILLED = { inner: { size: 3 }, off: false, maybe: 'a' };

  test.each<[string, unknown, unknown]>([
    ['are also filled inside a default value', {}, FILLED],
    ['do not replace existing values', { ...FILLED, off: true }, { ...FILLED, off: true }],
    ['do not replace false or empty values', { ...FILLED, maybe: '' }, { ...FILLED, maybe: '' }],
    [
      'are filled inside lists',
      { ...FILLED, list: [{}, { size: 1 }] },
      { ...FILLED, list: [{ size: 3 }, { size: 1 }] },
    ],
    [
      'are filled inside maps',
      { ...FILLED, map: { a: {} } },
      { ...FILLED, map: { a: { size: 3 } } },
    ],
    ['replace null', { ...FILLED, off: null }, FILLED],
    ['keep null where it is allowed', { ...FILLED, maybe: null }, { ...FILLED, maybe: null }],
    [
      'remove null where it is not allowed',
      { ...FILLED, list: null, map: { a: null } },
      { ...FILLED, map: {} },
    ],
    ['drop undefined', { ...FILLED, list: undefined, other: undefined }, FILLED],
    ['do not change unknown fields', { ...FILLED, x: { y: null } }, { ...FILLED, x: { y: null } }],
    [
      'do not change undeclared values',
      { ...FILLED, free: { a: null } },
      { ...FILLED, free: { a: null } },
    ],
    ['do not change values of other types', 'text', 'text'],
    ['do not change an object that is null', null, null],
  ])('%s', (_name, value, filled) => {
    expect(applyDefaults(schema, value)).toStrictEqual(filled);
  });

  test('the result shares nothing with the object or the schema', () => {
    const object = { free: { a: {} }, x: { y: {} }, list: [{}] };
    const copy = applyDefaults(schema, object) as typeof object & { inner: { size?: number } };
    expect(copy.x).not.toBe(object.x);
    expect(copy.free.a).not.toBe(object.free.a);
    expect(copy.list).not.toBe(object.list);
    copy.inner.size = 9;
    expect(applyDefaults(schema, {})).toEqual(FILLED);
  });

  test('a key that JavaScript treats specially is handled like other keys', () => {
    const copy = applyDefaults(schema, JSON.parse('{"map": {"__proto__": {}}}'));
    expect(JSON.stringify(copy)).toContain('"map":{"__proto__":{"size":3}}');
  });
});
