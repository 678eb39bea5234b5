import { describe, expect, it } from '@jest/globals';
import { withRegexBounds } from '../../../src/api/with-regex-bounds.ts';
import { compileCrd } from '../../../src/crd/schema.ts';
import { loadCrds } from '../../../src/crds.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { dynamicEnv, many } from '../crd/samples.ts';

const crd = compileCrd((await loadCrds())['dynamicenvs.riskified.com']);
const validator = withRegexBounds(crd);
const withRegexes = (...regexes: unknown[]) =>
  dynamicEnv({ istioMatches: regexes.map((regex) => ({ headers: { user: { regex } } })) });

describe('the regexes of an env', () => {
  it('are reported with their fields, together with other errors', () => {
    const env = withRegexes('a', '\\pL', '.{0,999}'.repeat(100));
    const { errors } = validator.validate({ ...env, metadata: { name: 'A' } });
    expect(errors.map(({ path }) => path)).toEqual([
      'spec.istioMatches[1].headers[user].regex',
      'spec.istioMatches[2].headers[user].regex',
      'metadata.name',
    ]);
    expect(validator.specErrors(env as unknown as KubeObject)).toHaveLength(2);
  });

  it('are limited in number and in total size', () => {
    const { errors } = validator.validate(withRegexes(...many(5, (n) => `a{90${n}}`)));
    expect(errors).toMatchObject([{ path: 'spec.istioMatches', reason: 'Invalid' }]);
    expect(validator.validate(withRegexes(...many(4, (n) => `a{90${n}}`))).errors).toEqual([]);
  });

  it('of query parameters are reported and replaced like those of headers', () => {
    const queryParams = { a: { regex: '\\pL' }, b: { regex: 'b+' } };
    const istioMatches = [{ headers: { user: { regex: 'a{1200}' } } }, { queryParams }];
    expect(validator.validate(dynamicEnv({ istioMatches })).errors).toMatchObject([
      { path: 'spec.istioMatches[0].headers[user].regex' },
      { path: 'spec.istioMatches[1].queryParams[a].regex' },
    ]);
  });

  it('count together with those that cookies and baggage members become', () => {
    const value = 'a'.repeat(200);
    const cookies = (count: number) =>
      dynamicEnv({
        istioMatches: many(count, (n) => ({
          cookie: { name: `c${n}`, exact: value },
          baggage: { key: 'user', exact: 'a' },
        })),
      });
    const [refusal, ...others] = validator.validate(cookies(9)).errors;
    expect(refusal).toEqual({
      reason: 'Invalid',
      path: 'spec.istioMatches',
      message:
        'its regexes, cookies and baggage members are too costly for every proxy: together they compile to at least 4482 steps, and at most 4096 are allowed (cookies and baggage members become regexes of at least 4482 steps); use fewer of them, or shorter values',
    });
    expect(others).toEqual([]);
    expect(validator.validate(cookies(8)).errors).toEqual([]);
    // The first nine say it: the others are not measured.
    expect(validator.validate(cookies(16)).errors).toEqual([refusal]);
  });

  it.each([
    { cookie: 1, baggage: 'a' },
    { cookie: { name: 1, exact: 2 }, baggage: { key: 'a' } },
    { cookie: { name: 'a', exact: 'x'.repeat(5000) }, queryParams: [1] },
    { queryParams: { a: null }, headers: null },
  ])('and members of another shape are left to the schema: %j', (match) => {
    const env = dynamicEnv({ istioMatches: [match] });
    expect(validator.validate(env)).toEqual(crd.validate(env));
    expect(crd.validate(env).errors).not.toEqual([]);
  });

  it.each([[1], [null], [{}], ['x'.repeat(1025)]])(
    'of another type are left to the schema: %j',
    (regex) => {
      const env = withRegexes(regex);
      expect(validator.validate(env)).toEqual(crd.validate(env));
    },
  );

  it.each([null, 'text', { spec: null }, { spec: { istioMatches: [null, { headers: [] }] } }])(
    'in a spec of any shape cause no exception: %j',
    (object) => {
      expect(validator.validate(object).errors).toEqual(crd.validate(object).errors);
    },
  );
});

/** The CEL rules of the schema check what they can, for writes that reach the cluster without the hook. */
describe('the schema alone', () => {
  it.each(['\\x{100}', '\\400', '\\0', '\\pL', '\\PL', 'é', 'a\tb', '\\C', '\\x{0100}'])(
    'refuses characters and escapes that proxies understand differently: %j',
    (regex) => {
      expect(crd.validate(withRegexes(regex)).errors[0]?.message).toContain('printable ASCII');
    },
  );

  it.each([
    'a{1000}',
    'a{0,1000}',
    '.{0,999}'.repeat(3),
    'a{2}'.repeat(17),
    '(?:a){2}(?:b){2}(?:c){2}',
    `(?:a){10}${'x'.repeat(60)}`,
    `(?:a){2}${'x'.repeat(260)}`,
    `(?:${'a'.repeat(900)}){1000}`,
  ])('refuses large repetition counts: %.40s', (regex) => {
    expect(crd.validate(withRegexes(regex)).errors).toMatchObject([
      { message: expect.stringContaining('is too costly for every proxy') },
    ]);
  });

  it.each([
    'a{999}',
    '([0-9]{1,3}\\.){3}[0-9]{1,3}',
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
    '^(.*?;)?(user=jason)(;.*)?$',
    '\\Qa.b\\E|\\x41\\x{ff}\\.\\-[]a][^]b]',
    '.{1,255}',
  ])('accepts %s, as the hook does', (regex) => {
    expect(crd.validate(withRegexes(regex)).errors).toEqual([]);
    expect(validator.validate(withRegexes(regex)).errors).toEqual([]);
  });
});
