import { describe, expect, test } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import { dynamicEnv, many, manyKeys, withMatch } from './samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');
const MATCH = 'spec.istioMatches[0]';
const HEADERS = `${MATCH}.headers`;
const LABELS = `${MATCH}.sourceLabels`;

const NO_CONSTRAINT =
  "give at least one header, source label, query parameter, cookie or baggage member: a match without any would take everybody's requests";
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
const PARAMETERS = `${MATCH}.queryParams`;
const BAD_PARAMETER =
  "a parameter's name is 1 to 256 printable ASCII characters without spaces, '&', '=' and '#': correct the name, and write other characters percent-encoded, as the URL has them";
const BAD_COOKIE_NAME =
  "a cookie's name consists of letters, digits and -!#$%&'*+.^_`|~ (1 to 64 characters, no spaces): correct the name";
const BAD_COOKIE_VALUE =
  "a cookie's value is 1 to 200 printable ASCII characters without spaces, quotation marks, commas, semicolons and backslashes: write it as your requests carry it, encoded if need be";
const BAD_BAGGAGE_KEY =
  "a baggage key consists of letters, digits and -!#$%&'*+.^_`|~ (1 to 64 characters, no spaces): correct the key";
const BAD_BAGGAGE_VALUE =
  'a baggage value is 1 to 64 printable ASCII characters: write it decoded, shorter or in ASCII if need be';
const AT_MOST_64 = 'must have at most 64 characters: shorten it';
const REQUIRED = 'Required';

describe('istioMatches', () => {
  test.each<[string, unknown, string, string]>([
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

  test.each([
    {},
    { headers: {} },
    { sourceLabels: {} },
    { queryParams: {} },
    { headers: {}, sourceLabels: {}, queryParams: {} },
    { cookie: null, baggage: null },
  ])('without a condition: %j', (match) => {
    const { errors } = validator.validate(withMatch(match));
    expect(errors).toEqual([{ reason: 'Invalid', path: MATCH, message: NO_CONSTRAINT }]);
  });
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

describe('a query parameter', () => {
  test.each(['', 'a b', 'a&b', 'a=b', 'a#b', 'a\tb', 'a\u007f', 'ü', 'a'.repeat(257)])(
    'name %j',
    (name) => {
      const { errors } = validator.validate(withMatch({ queryParams: { [name]: { exact: 'a' } } }));
      expect(errors).toEqual([{ reason: 'Invalid', path: PARAMETERS, message: BAD_PARAMETER }]);
    },
  );

  test.each<[string, unknown, string, string]>([
    ['none', {}, '', ONE_OF],
    [
      'empty exact',
      { exact: '' },
      '.exact',
      'must not be empty: write the value that your requests carry',
    ],
    ['regex for all', { regex: '.*' }, '.regex', BAD_REGEX],
    ['a text', 'me', '', 'must be of type object, not string'],
  ])('value: %s', (_name, value, place, message) => {
    const { errors } = validator.validate(withMatch({ queryParams: { env: value } }));
    expect(errors).toEqual([{ reason: 'Invalid', path: `${PARAMETERS}[env]${place}`, message }]);
  });

  test('at most 16', () => {
    const queryParams = manyKeys(17, { exact: 'a' });
    const message = 'must have at most 16 keys: take some out';
    expect(validator.validate(withMatch({ queryParams })).errors).toEqual([
      { reason: 'Invalid', path: PARAMETERS, message },
    ]);
  });
});

describe('a cookie and a baggage member', () => {
  test.each<[string, unknown, string, string]>([
    ['no value', { cookie: { name: 'a' } }, 'cookie.exact', REQUIRED],
    ['no name', { cookie: { exact: 'a' } }, 'cookie.name', REQUIRED],
    ['an empty name', { cookie: { name: '', exact: 'a' } }, 'cookie.name', BAD_COOKIE_NAME],
    ['a name with =', { cookie: { name: 'a=b', exact: 'a' } }, 'cookie.name', BAD_COOKIE_NAME],
    ['a name with a space', { cookie: { name: 'a ', exact: 'a' } }, 'cookie.name', BAD_COOKIE_NAME],
    ['a long name', { cookie: { name: 'a'.repeat(65), exact: 'a' } }, 'cookie.name', AT_MOST_64],
    ...['', 'a b', '"a"', 'a,b', 'a;b', 'a\\b', 'ü', 'a\n'].map(
      (exact): [string, unknown, string, string] => [
        `the value ${JSON.stringify(exact)}`,
        { cookie: { name: 'a', exact } },
        'cookie.exact',
        BAD_COOKIE_VALUE,
      ],
    ),
    [
      'a long value',
      { cookie: { name: 'a', exact: 'a'.repeat(201) } },
      'cookie.exact',
      'must have at most 200 characters: shorten it',
    ],
    ['a text', { cookie: 'a=b' }, 'cookie', 'must be of type object, not string'],
    ['no value', { baggage: { key: 'a' } }, 'baggage.exact', REQUIRED],
    ['no key', { baggage: { exact: 'a' } }, 'baggage.key', REQUIRED],
    ['an empty key', { baggage: { key: '', exact: 'a' } }, 'baggage.key', BAD_BAGGAGE_KEY],
    ['a key with a comma', { baggage: { key: 'a,b', exact: 'a' } }, 'baggage.key', BAD_BAGGAGE_KEY],
    ['a long key', { baggage: { key: 'a'.repeat(65), exact: 'a' } }, 'baggage.key', AT_MOST_64],
    ...['', 'ü', 'a\tb', 'a\n'].map((exact): [string, unknown, string, string] => [
      `the value ${JSON.stringify(exact)}`,
      { baggage: { key: 'a', exact } },
      'baggage.exact',
      BAD_BAGGAGE_VALUE,
    ]),
    ['a long value', { baggage: { key: 'a', exact: 'a'.repeat(65) } }, 'baggage.exact', AT_MOST_64],
  ])('%s', (_name, match, place, message) => {
    const { errors } = validator.validate(withMatch(match as Record<string, unknown>));
    expect(errors).toEqual([
      {
        reason: message === REQUIRED ? 'Required' : 'Invalid',
        path: `${MATCH}.${place}`,
        message: message === REQUIRED ? expect.stringContaining('is required') : message,
      },
    ]);
  });
});

describe('ref', () => {
  test.each(['', 'mp:101', 'MP-101', '-mp', 'mp-', 'a.b', 'a b', 'ü', 'a'.repeat(41)])(
    '%j',
    (ref) => {
      expect(validator.validate(dynamicEnv({ ref })).errors).toEqual([
        {
          reason: 'Invalid',
          path: 'spec.ref',
          message:
            'a ref consists of at most 40 lower-case letters, digits or \'-\', with a letter or digit at both ends: "dynamicenv ref BRANCH" derives one from a branch',
        },
      ]);
    },
  );

  test('neither istioMatches nor ref', () => {
    expect(validator.validate(dynamicEnv({ istioMatches: undefined })).errors).toEqual([
      {
        reason: 'Invalid',
        path: 'spec',
        message:
          'give istioMatches (conditions on requests) or ref (the name by which requests select the environment) or both',
      },
    ]);
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
