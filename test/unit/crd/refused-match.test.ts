import { describe, expect, test } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import { dynamicEnv, many, manyKeys, withMatch } from './samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');
const MATCH = 'spec.istioMatches[0]';
const HEADERS = `${MATCH}.headers`;
const LABELS = `${MATCH}.sourceLabels`;

const NO_CONSTRAINT =
  "give at least one header or source label: a match without any would take everybody's requests";
const ONE_OF = 'give exactly one of exact, prefix and regex';
const BAD_NAME =
  "a header name consists of letters, digits and -!#$%&'*+.^_`|~ (at most 256 characters, no spaces): correct the name";
const PSEUDO =
  "a pseudo-header (such as :path) is part of everybody's requests: match a header that only your requests carry";
const EVERYBODYS =
  "host, authority, method, scheme and uri are part of everybody's requests: match a header that only your requests carry";
const BAD_REGEX =
  'must be a valid RE2 expression (no lookaround, no backreferences) that does not match the empty string, as .* does: it would take requests of others; narrow it to what only your requests carry';
const BAD_KEY =
  "a label key is a name of at most 63 letters, digits, '-', '_' or '.' that starts and ends with a letter or digit, optionally after a DNS name and '/': correct the key";
const BAD_VALUE =
  "must be a label value that is not empty: letters, digits, '-', '_' or '.', with a letter or digit at both ends";

describe('istioMatches', () => {
  test.each<[string, unknown, string, string]>([
    [
      'absent',
      undefined,
      'Required',
      "is required (Selects the environment's requests: those that match at least one item. Each item becomes one route; the routes of more specific items come first.)",
    ],
    ['empty', [], 'Invalid', 'must have at least 1 item: add what is missing'],
    [
      'too many',
      many(17, () => ({ sourceLabels: { a: 'b' } })),
      'Invalid',
      'must have at most 16 items: take some out',
    ],
    ['no list', { headers: {} }, 'Invalid', 'must be of type array, not object'],
    ['a text', 'user', 'Invalid', 'must be of type array, not string'],
  ])('%s', (_name, istioMatches, reason, message) => {
    const { errors } = validator.validate(dynamicEnv({ istioMatches }));
    expect(errors).toEqual([{ reason, path: 'spec.istioMatches', message }]);
  });

  test.each([{}, { headers: {} }, { sourceLabels: {} }, { headers: {}, sourceLabels: {} }])(
    'without a condition: %j',
    (match) => {
      const { errors } = validator.validate(withMatch(match));
      expect(errors).toEqual([{ reason: 'Invalid', path: MATCH, message: NO_CONSTRAINT }]);
    },
  );
});

describe('a header value', () => {
  test.each<[string, unknown, string, string]>([
    ['none', {}, '', ONE_OF],
    ['two', { exact: 'a', prefix: 'a' }, '', ONE_OF],
    ['two others', { exact: 'a', regex: 'a' }, '', ONE_OF],
    ['all', { exact: 'a', prefix: 'a', regex: 'a' }, '', ONE_OF],
    ['no object', 'me', '', 'must be of type object, not string'],
    [
      'empty exact',
      { exact: '' },
      '.exact',
      'must not be empty: write the value that your requests carry',
    ],
    [
      'empty prefix',
      { prefix: '' },
      '.prefix',
      "must not be empty, since every value starts with the empty string: write the beginning of your requests' value",
    ],
    [
      'exact of a number',
      { exact: 1 },
      '.exact',
      'must be of type string, not number: put it in quotes',
    ],
    [
      'exact of a boolean',
      { exact: true },
      '.exact',
      'must be of type string, not boolean: put it in quotes',
    ],
    ['exact of a list', { exact: ['a'] }, '.exact', 'must be of type string, not list'],
    [
      'long exact',
      { exact: 'a'.repeat(1025) },
      '.exact',
      'must have at most 1024 characters: shorten it',
    ],
    [
      'long prefix',
      { prefix: 'a'.repeat(1025) },
      '.prefix',
      'must have at most 1024 characters: shorten it',
    ],
    [
      'long regex',
      { regex: 'a'.repeat(1025) },
      '.regex',
      'must have at most 1024 characters: shorten it',
    ],
    ['empty regex', { regex: '' }, '.regex', BAD_REGEX],
    ['regex for all', { regex: '.*' }, '.regex', BAD_REGEX],
    ['regex with an empty alternative', { regex: 'a|' }, '.regex', BAD_REGEX],
    [
      'broken regex',
      { regex: '(a' },
      '.regex',
      `${BAD_REGEX} (error parsing regexp: missing closing ): \`(a\`)`,
    ],
    [
      'star',
      { regex: '*' },
      '.regex',
      `${BAD_REGEX} (error parsing regexp: missing argument to repetition operator: \`*\`)`,
    ],
    [
      'lookahead',
      { regex: '(?=a)b' },
      '.regex',
      `${BAD_REGEX} (error parsing regexp: invalid or unsupported Perl syntax: \`(?=\`)`,
    ],
    [
      'backreference',
      { regex: '(a)\\1' },
      '.regex',
      'has "\\1", which proxies may read differently (Unicode classes, backreferences, octal escapes and those above \\xff): name the ASCII characters themselves, as in [0-9A-Za-z]',
    ],
  ])('%s', (_name, value, place, message) => {
    const { errors } = validator.validate(withMatch({ headers: { 'x-user': value } }));
    expect(errors).toEqual([{ reason: 'Invalid', path: `${HEADERS}[x-user]${place}`, message }]);
  });
});

describe('a header name', () => {
  test.each([
    ['', 'Invalid', BAD_NAME],
    ['a b', 'Invalid', BAD_NAME],
    ['a:', 'Invalid', BAD_NAME],
    ['ü', 'Invalid', BAD_NAME],
    ['@request.auth.claims.sub', 'Invalid', BAD_NAME],
    ['a'.repeat(257), 'Invalid', BAD_NAME],
    [':path', 'Forbidden', PSEUDO],
    [':x', 'Forbidden', PSEUDO],
    ['host', 'Forbidden', EVERYBODYS],
    ['Host', 'Forbidden', EVERYBODYS],
    ['authority', 'Forbidden', EVERYBODYS],
    ['METHOD', 'Forbidden', EVERYBODYS],
    ['scheme', 'Forbidden', EVERYBODYS],
    ['uri', 'Forbidden', EVERYBODYS],
  ])('%s', (name, reason, message) => {
    const headers = { user: { exact: 'me' }, [name]: { exact: 'a' } };
    const { errors } = validator.validate(withMatch({ headers }));
    expect(errors).toEqual([{ reason, path: HEADERS, message }]);
  });

  test('at most 16', () => {
    const { errors } = validator.validate(withMatch({ headers: manyKeys(17, { exact: 'a' }) }));
    const message = 'must have at most 16 keys: take some out';
    expect(errors).toEqual([{ reason: 'Invalid', path: HEADERS, message }]);
  });
});

describe('a source label', () => {
  test.each<[string, Record<string, unknown>, string, string]>([
    ['empty value', { app: '' }, '[app]', BAD_VALUE],
    ['bad value', { app: 'a b' }, '[app]', BAD_VALUE],
    ['value with an invalid end', { app: 'a-' }, '[app]', BAD_VALUE],
    ['value with an invalid start', { app: '-a' }, '[app]', BAD_VALUE],
    ['long value', { app: 'a'.repeat(64) }, '[app]', 'must have at most 63 characters: shorten it'],
    ['number', { app: 5 }, '[app]', 'must be of type string, not number: put it in quotes'],
    ['empty key', { '': 'a' }, '', BAD_KEY],
    ['long key', { ['a'.repeat(64)]: 'a' }, '', BAD_KEY],
    ['long prefix', { [`${'a'.repeat(317)}/a`]: 'a' }, '', BAD_KEY],
    ['key with two slashes', { 'a/b/c': 'a' }, '', BAD_KEY],
    ['key with an invalid prefix', { 'A/b': 'a' }, '', BAD_KEY],
    ['key with an invalid end', { a_: 'a' }, '', BAD_KEY],
    ['too many', manyKeys(17, 'a'), '', 'must have at most 16 keys: take some out'],
  ])('%s', (_name, sourceLabels, place, message) => {
    const { errors } = validator.validate(withMatch({ sourceLabels }));
    expect(errors).toEqual([{ reason: 'Invalid', path: `${LABELS}${place}`, message }]);
  });
});

test('the errors of several matches are reported together, each with its path', () => {
  const istioMatches = [{ headers: { a: { exact: 1 } } }, {}, { headers: { b: {} } }];
  const { errors } = validator.validate(dynamicEnv({ istioMatches }));
  expect(errors.map(({ path }) => path)).toEqual([
    'spec.istioMatches[0].headers[a].exact',
    'spec.istioMatches[1]',
    'spec.istioMatches[2].headers[b]',
  ]);
});
