import { describe, expect, test } from '@jest/globals';
import { re2 } from '../../../src/crd/re2.ts';
import { compileCrd } from '../../../src/crd/schema.ts';
import type { CustomResourceDefinition, Schema } from '../../../src/crd/types.ts';
import { many } from './samples.ts';

function crd(spec: Schema, storage = true): CustomResourceDefinition {
  const openAPIV3Schema: Schema = { type: 'object', properties: { spec } };
  const version = { served: true, schema: { openAPIV3Schema: { type: 'object' } } };
  const older = { ...version, name: 'v1', storage: false };
  const newer = { ...version, name: 'v2', storage, schema: { openAPIV3Schema } };
  return {
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { kind: 'Thing', plural: 'things' },
      versions: [older, newer],
    },
  };
}

function errorsOf(schema: Schema, spec: unknown) {
  const object = { apiVersion: 'example.com/v2', kind: 'Thing', metadata: { name: 'a' }, spec };
  return compileCrd(crd(schema)).validate(object).errors;
}

describe('a wrong CRD throws an error', () => {
  test.each<[string, CustomResourceDefinition, string]>([
    ['no stored version', crd({}, false), 'things.example.com has no version with storage: true'],
    ['an unknown keyword', crd({ foo: 1 } as Schema), 'unknown keyword: "foo"'],
    ['an unknown format', crd({ type: 'string', format: 'foo' }), 'unknown format "foo"'],
    ['a pattern that is not RE2', crd({ type: 'string', pattern: '(?=a)' }), 'Perl syntax'],
    [
      'a rule that is not CEL',
      crd({ 'x-kubernetes-validations': [{ rule: 'self ==', message: '' }] }),
      '',
    ],
  ])('%s', (_name, wrong, message) => {
    expect(() => compileCrd(wrong)).toThrow(message);
  });
});

describe('schemas', () => {
  test('each pattern is compiled and checked separately', () => {
    const schema: Schema = {
      type: 'object',
      properties: { a: { type: 'string', pattern: '^a$' }, b: { type: 'string', pattern: '^b$' } },
    };
    expect(errorsOf(schema, { a: 'a', b: 'b' })).toEqual([]);
    expect(errorsOf(schema, { a: 'b', b: 'b' })).toEqual([
      { reason: 'Invalid', path: 'spec.a', message: 'must match ^a$' },
    ]);
  });

  test('messages with counts have a singular and a plural', () => {
    const text = (limits: Schema) => errorsOf({ type: 'string', ...limits }, 'ab')[0]?.message;
    expect(text({ minLength: 3 })).toBe('must have at least 3 characters');
    expect(text({ maxLength: 1 })).toBe('must have at most 1 character: shorten it');
  });

  test("a keyword without our own message uses Ajv's message", () => {
    const [error] = errorsOf({ type: 'integer', maximum: 1 } as Schema, 2);
    expect(error).toEqual({ reason: 'Invalid', path: 'spec', message: 'must be <= 1' });
  });

  test('several allowed values are listed', () => {
    expect(errorsOf({ type: 'string', enum: ['a', 'b'] }, 'c')[0]?.message).toBe('must be a or b');
  });

  test('int-or-string accepts an integer or a text', () => {
    const schema: Schema = { 'x-kubernetes-int-or-string': true };
    expect(errorsOf(schema, 1)).toEqual([]);
    expect(errorsOf(schema, 'a')).toEqual([]);
    expect(errorsOf(schema, {})[0]?.message).toBe(
      'must be of type whole number or string, not object',
    );
  });

  test.each([
    '2026-01-31',
    '2026-01-31T12:00:00',
    'x2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00Zx',
  ])('%s is not a date-time', (time) => {
    expect(errorsOf({ type: 'string', format: 'date-time' }, time)).toHaveLength(1);
  });

  test.each(['2026-01-31T12:00:00Z', '2026-01-31t12:00:00.5-10:30'])(
    '%s is a date-time',
    (time) => {
      expect(errorsOf({ type: 'string', format: 'date-time' }, time)).toEqual([]);
    },
  );

  test('a required field need not be declared in properties', () => {
    expect(errorsOf({ type: 'object', required: ['a'] }, {})).toEqual([
      { reason: 'Required', path: 'spec.a', message: 'is required' },
    ]);
  });

  test('errors in nested lists have their path', () => {
    const words: Schema = { type: 'array', items: { type: 'string' } };
    expect(errorsOf({ type: 'array', items: words }, [['a'], ['a', 1]])[0]?.path).toBe(
      'spec[1][1]',
    );
  });
});

describe('rules', () => {
  const rule = (text: string) => [{ rule: text, message: 'no' }];
  const whole: Schema = { type: 'integer' };

  test.each<[string, Schema, string, unknown]>([
    ['integers', whole, 'self / 2 == 1', 3],
    ['numbers', { type: 'number' }, 'self / 2.0 == 1.5', 3],
    ['a whole number in an int-or-string', { 'x-kubernetes-int-or-string': true }, 'self == 3', 3],
    ['booleans', { type: 'boolean' }, '!self', false],
    ['texts', { type: 'string' }, "self.lowerAscii() == 'a'", 'A'],
    ['lists', { type: 'array', items: whole }, 'self.all(x, x % 2 == 1)', [1, 3]],
    [
      'fields',
      { type: 'object', properties: { a: whole } },
      'self.a % 2 == 1 && !has(self.b)',
      { a: 3 },
    ],
    ['maps', { type: 'object', additionalProperties: whole }, "self['x-y'] % 2 == 1", { 'x-y': 3 }],
    ['undeclared lists', { type: 'array' }, 'size(self) == 2', [1, { a: [null] }]],
  ])('evaluate %s', (_name, schema, text, value) => {
    expect(errorsOf({ ...schema, 'x-kubernetes-validations': rule(text) }, value)).toEqual([]);
    const opposite = rule(`!(${text})`);
    expect(errorsOf({ ...schema, 'x-kubernetes-validations': opposite }, value)).toEqual([
      { reason: 'Invalid', path: 'spec', message: 'no' },
    ]);
  });

  test('report their message', () => {
    const rules = [{ rule: 'false', message: 'no', reason: 'FieldValueForbidden' }];
    expect(errorsOf({ type: 'string', 'x-kubernetes-validations': rules }, '')[0]?.reason).toBe(
      'Forbidden',
    );
  });

  test('that fail at evaluation are reported as failed', () => {
    const schema: Schema = {
      type: 'string',
      'x-kubernetes-validations': rule("'a'.matches(self)"),
    };
    expect(errorsOf(schema, '(')[0]?.message).toMatch(/^no \(.*missing closing \).*\)$/);
  });

  test('that do not return a boolean are reported as failed', () => {
    expect(
      errorsOf({ type: 'string', 'x-kubernetes-validations': rule('self') }, 'a'),
    ).toHaveLength(1);
  });

  test('of the whole object are evaluated if everything below is valid', () => {
    const whole = crd({ type: 'integer' });
    const root = whole.spec.versions[1]?.schema.openAPIV3Schema ?? {};
    root['x-kubernetes-validations'] = rule('self.spec > 1');
    const object = { apiVersion: 'example.com/v2', kind: 'Thing', metadata: { name: 'a' } };
    const pathsOf = (spec: unknown) =>
      compileCrd(whole)
        .validate({ ...object, spec })
        .errors.map(({ path }) => path);
    expect(pathsOf(2)).toEqual([]);
    expect(pathsOf(1)).toEqual(['']);
    expect(pathsOf('x')).toEqual(['spec']);
  });

  test('are evaluated only where the schema is valid, there and below', () => {
    const number: Schema = { type: 'integer', 'x-kubernetes-validations': rule('self > 1') };
    const schema: Schema = {
      type: 'object',
      'x-kubernetes-validations': rule('self.a > self.ab'),
      properties: { a: number, ab: number },
    };
    expect(errorsOf(schema, { a: 1, ab: 1 }).map(({ path }) => path)).toEqual([
      'spec',
      'spec.a',
      'spec.ab',
    ]);
    expect(errorsOf(schema, { a: 1, ab: 'x' }).map(({ path }) => path)).toEqual([
      'spec.ab',
      'spec.a',
    ]);
    expect(errorsOf(schema, { a: 'x', ab: 1 }).map(({ path }) => path)).toEqual([
      'spec.a',
      'spec.ab',
    ]);
    const list: Schema = {
      type: 'array',
      items: number,
      'x-kubernetes-validations': rule('false'),
    };
    expect(errorsOf(list, [1, 'x']).map(({ path }) => path)).toEqual(['spec[1]', 'spec[0]']);
  });
});

describe('list maps', () => {
  const item: Schema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
  };
  const schema: Schema = {
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a', 'b'],
  };

  test('every further item with the same keys is a duplicate', () => {
    const same = { a: 'x', b: 'y' };
    const paths = errorsOf(schema, [same, { a: 'x', b: 'z' }, same, same]).map(({ path }) => path);
    expect(paths).toEqual(['spec[2]', 'spec[3]']);
  });

  test('items without a key, and items that are not objects, are not compared', () => {
    expect(errorsOf(schema, [{ a: 'x' }, { a: 'x' }, {}, {}])).toEqual([]);
    expect(errorsOf(schema, [1, 1]).map(({ reason }) => reason)).toEqual(['Invalid', 'Invalid']);
  });

  test('different keys with the same joined text are not equal', () => {
    const tricky = [
      { a: 'x" and b "y', b: 'z' },
      { a: 'x', b: 'y" and b "z' },
    ];
    expect(errorsOf(schema, tricky)).toEqual([]);
  });
});

describe('re2', () => {
  test('compiles an expression once while it is in use', () => {
    const first = re2('^cached$');
    expect(re2('^cached$')).toBe(first);
    expect(first.test('cached')).toBe(true);
    for (const pattern of many(8, (index) => `^other-${index}{900}$`)) re2(pattern);
    expect(re2('^cached$')).toBe(first);
    for (const pattern of many(4, (index) => `^large-${index}[0-9a-f]{900}$`)) re2(pattern);
    expect(re2('^cached$')).not.toBe(first);
    const last = re2('^other-7{900}$');
    expect(re2('^other-7{900}$')).toBe(last);
  });

  test('throws for an invalid expression', () => {
    expect(() => re2('(')).toThrow('missing closing )');
  });
});
