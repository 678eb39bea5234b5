import { describe, expect, test } from '@jest/globals';
import { ttlSeconds } from '../../../src/api/ttl.ts';
import { loadValidator } from '../../../src/crds.ts';
import { dynamicEnv } from '../crd/samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');
const errorsOf = (ttl: unknown) =>
  validator.validate(dynamicEnv({ ttl })).errors.map(({ path, message }) => `${path}: ${message}`);

const SYNTAX =
  'spec.ttl: must be numbers of at most 5 digits with the units d, h, m and s in this order: write for example 3d, 72h or 1h30m';
const ZERO =
  'spec.ttl: must be longer than 0: write for example 3d, or leave ttl out if the environment should not expire';

describe('a ttl', () => {
  test.each([
    ['3d', 259_200],
    ['72h', 259_200],
    ['1h30m', 5400],
    ['1d1h1m1s', 90_061],
    ['0d0h0m1s', 1],
    ['007d', 604_800],
    ['99999d99999h99999m99999s', 9_006_009_939],
  ])('%s is %i seconds', (ttl, seconds) => {
    expect(ttlSeconds(ttl)).toBe(seconds);
    expect(errorsOf(ttl)).toEqual([]);
  });

  test.each([
    ['8 days', [SYNTAX]],
    ['', [SYNTAX]],
    ['0', [SYNTAX, ZERO]],
    ['0h', [ZERO]],
    ['0d00h0m00000s', [ZERO]],
    ['1h1d', [SYNTAX]],
    ['1h1h', [SYNTAX]],
    ['100000s', [SYNTAX]],
    ['-1d', [SYNTAX]],
    ['1.5h', [SYNTAX]],
    ['1D', [SYNTAX]],
    ['3', [SYNTAX]],
    [' 3d', [SYNTAX]],
    ['3d\n', [SYNTAX]],
    ['1w', [SYNTAX]],
    ['٣d', [SYNTAX]],
  ])('%j is none, and the message says what to write', (ttl, messages) => {
    expect(ttlSeconds(ttl)).toBeUndefined();
    expect(errorsOf(ttl)).toEqual(messages);
  });

  test.each([undefined, null, 72, ['3d'], {}])('%j is none', (ttl) => {
    expect(ttlSeconds(ttl)).toBeUndefined();
  });

  test('too long a text is refused without a look at it', () => {
    expect(errorsOf(`${'0'.repeat(30)}d`).join()).toContain('at most 24 characters');
    expect(errorsOf(72).join()).toBe(
      'spec.ttl: must be of type string, not number: put it in quotes',
    );
  });
});

describe('an owner', () => {
  const owners = (owner: unknown) =>
    validator.validate(dynamicEnv({ owner })).errors.map(({ path }) => path);

  test.each([
    'payments-team',
    '@maria',
    '#shop',
    'maria@example.com',
    'João Araújo (QA)',
    'नेहा',
    'A',
  ])('%s', (owner) => {
    expect(owners(owner)).toEqual([]);
  });

  test.each([
    '',
    ' a',
    'a ',
    'a\nb',
    'a\u001b[31m',
    '<b>',
    'a\u202eb',
    '$(id)',
    '"',
    'x'.repeat(101),
    5,
  ])('%j is refused', (owner) => {
    expect(owners(owner)).toEqual(['spec.owner']);
  });
});
