import { describe, expect, test } from '@jest/globals';
import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import { memberBytes, memberRegexes } from '../../../src/api/member-regex.ts';
import { loadValidator } from '../../../src/crds.ts';
import { envoyRegexProblem } from '../../../src/istio/regex-bounds.ts';
import { stringVerdict } from '../../../src/istio/string-match.ts';
import { withMatch } from '../crd/samples.ts';

const validator = await loadValidator('dynamicenvs.riskified.com');

type Members = Pick<IstioMatch, 'cookie' | 'baggage'>;

const verdict = (match: Members, header: 'cookie' | 'baggage', value: string) =>
  stringVerdict(memberRegexes(match)[header], value);

describe('a cookie', () => {
  test.each<[string, string, boolean]>([
    ['alone', 'user=alice', true],
    ['first', 'user=alice; theme=dark', true],
    ['last', 'theme=dark; user=alice', true],
    ['between others', 'a=1; user=alice; b=2', true],
    ['without spaces', 'a=1;user=alice;b=2', true],
    ['with tabs and spaces around it', 'a=1;\t user=alice \t;b=2', true],
    ['quoted', 'a=1; user="alice"; b=2', true],
    ['quoted on one side', 'user="alice', false],
    ['twice, once with another value', 'user=bob; user=alice', true],
    ['longer at the end', 'user=alice2', false],
    ['longer at the beginning', 'user=malice', false],
    ['shorter', 'user=alic', false],
    ['in other letters', 'user=Alice', false],
    ['a name in other letters', 'User=alice', false],
    ['another cookie whose name ends like this one', 'super-user=alice', false],
    ['another cookie whose name starts like this one', 'user2=alice', false],
    ['the pair in the value of another cookie', 'x=user=alice', false],
    ['a space behind the name', 'user =alice', false],
    ['an empty value', 'user=', false],
    ['separated by a comma', 'a=1,user=alice', false],
    ['empty header', '', false],
  ])('%s: %s', (_name, value, expected) => {
    expect(verdict({ cookie: { name: 'user', exact: 'alice' } }, 'cookie', value)).toBe(expected);
  });

  test('characters that mean something in a regex stand for themselves', () => {
    const cookie = { name: 'a.b+c', exact: '$(x)|[y]*{2}^?.' };
    expect(verdict({ cookie }, 'cookie', 'a.b+c=$(x)|[y]*{2}^?.')).toBe(true);
    expect(verdict({ cookie }, 'cookie', 'axb+c=$(x)|[y]*{2}^?.')).toBe(false);
    expect(verdict({ cookie }, 'cookie', 'a.b+c=$(x)|[y]*{2}^?!')).toBe(false);
  });

  test('its value is not decoded', () => {
    const cookie = { name: 'user', exact: 'a%20b' };
    expect(verdict({ cookie }, 'cookie', 'user=a%20b')).toBe(true);
    expect(verdict({ cookie }, 'cookie', 'user=a b')).toBe(false);
  });
});

describe('a baggage member', () => {
  test.each<[string, string, string, boolean]>([
    ['alone', 'alice', 'user=alice', true],
    ['first', 'alice', 'user=alice,a=1', true],
    ['last', 'alice', 'a=1,user=alice', true],
    ['between others', 'alice', 'a=1, user=alice ,b=2', true],
    ['with spaces around the equals sign', 'alice', 'user = alice', true],
    ['with a property', 'alice', 'user=alice;ttl=5', true],
    ['with properties and a following member', 'alice', 'user=alice ; a ; b=1, c=2', true],
    ['in a property of another member', 'alice', 'a=1;user=alice', false],
    ['longer at the end', 'alice', 'user=alice2', false],
    ['longer at the beginning', 'alice', 'user=malice', false],
    ['another member whose key ends like this one', 'alice', 'super-user=alice', false],
    ['a key in other letters', 'alice', 'User=alice', false],
    ['separated by a semicolon', 'alice', 'a=1;b, c;user=alice', false],
    ['a quoted value is another one', 'alice', 'user="alice"', false],
    ['a space, encoded', 'Al Ice', 'user=Al%20Ice', true],
    ['a space as it is: not valid in baggage', 'Al Ice', 'user=Al Ice', false],
    ['a plus is no space', 'Al Ice', 'user=Al+Ice', false],
    ['a slash as it is', 'a/b', 'user=a/b', true],
    ['a slash, encoded with a capital', 'a/b', 'user=a%2Fb', true],
    ['a slash, encoded with a small letter', 'a/b', 'user=a%2fb', true],
    ['another character, encoded', 'a/b', 'user=a%2Eb', false],
    ['a comma and a semicolon, encoded', 'a,b;c', 'user=a%2Cb%3bc', true],
    ['a comma as it is begins another member', 'a,b', 'user=a,b', false],
    ['quotation marks and a backslash, encoded', '"\\', 'user=%22%5C', true],
    ['a percent sign, encoded', '50%', 'user=50%25', true],
    ['a percent sign as it is', '50%', 'user=50%', false],
    ['a text that looks encoded stands for itself', 'a%20b', 'user=a%2520b', true],
    ['a text that looks encoded is not decoded', 'a%20b', 'user=a%20b', false],
    ['a mail address', 'a.b+c@x.org', 'user=a.b%2Bc%40x.org', true],
    ['a dot stands for itself', 'a.b', 'user=axb', false],
    ['an empty value', 'alice', 'user=', false],
  ])('%s', (_name, exact, value, expected) => {
    expect(verdict({ baggage: { key: 'user', exact } }, 'baggage', value)).toBe(expected);
  });
});

describe('the largest values that the CRD accepts give regexes that proxies accept', () => {
  const TOKEN = "!#$%&'*+-.^_`|~09AZaz";
  const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at));

  test.each(printable)('%j', (char) => {
    const name = (TOKEN.includes(char) ? char : '$').repeat(64);
    const baggage = { key: name, exact: char.repeat(64) };
    const hasCookie = !/[ ",;\\]/.test(char);
    const match = { baggage, ...(hasCookie && { cookie: { name, exact: char.repeat(200) } }) };
    expect(validator.validate(withMatch(match)).errors).toEqual([]);
    const regexes = Object.values(memberRegexes(match)).map(({ regex = '' }) => regex);
    expect(regexes).toHaveLength(hasCookie ? 2 : 1);
    expect(regexes.map(envoyRegexProblem)).toEqual(regexes.map(() => undefined));
  });
});

describe('the size of the regexes, without making them', () => {
  const ascii = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');
  const size = (match: Members) => JSON.stringify(memberRegexes(match)).length;

  test.each<[string, Members]>([
    ['a cookie', { cookie: { name: 'user', exact: 'alice' } }],
    ['a baggage member', { baggage: { key: 'user', exact: 'alice' } }],
    ['both', { cookie: { name: 'a', exact: 'b' }, baggage: { key: 'a', exact: 'b' } }],
    [
      'every character',
      { cookie: { name: ascii, exact: ascii }, baggage: { key: ascii, exact: ascii } },
    ],
    [
      'many characters',
      {
        cookie: { name: '.', exact: '*'.repeat(200) },
        baggage: { key: '+', exact: '#'.repeat(200) },
      },
    ],
  ])('is close, and never too small: %s', (_what, match) => {
    expect(memberBytes(match)).toBeGreaterThanOrEqual(size(match));
    expect(memberBytes(match)).toBeLessThanOrEqual(size(match) + 160);
  });

  test('is not too small for other characters, which a stored plan may have', () => {
    const match = {
      cookie: { name: '\u0001é', exact: '\n😀' },
      baggage: { key: 'ü', exact: '\u0000' },
    };
    expect(memberBytes(match)).toBeGreaterThanOrEqual(size(match));
  });

  test('is 0 without members', () => {
    expect(memberBytes({})).toBe(0);
  });
});
