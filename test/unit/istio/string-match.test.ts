import { describe, expect, it } from '@jest/globals';
import {
  failsString,
  matchesString,
  regexProblem,
  stringCondition,
  stringVerdict,
} from '../../../src/istio/string-match.ts';
import type { StringMatch } from '../../../src/istio/types.ts';

describe('stringCondition', () => {
  it.each<[StringMatch | null | undefined, unknown]>([
    [{ exact: 'a' }, { kind: 'exact', value: 'a' }],
    [{ exact: '' }, { kind: 'exact', value: '' }],
    [{ prefix: 'a' }, { kind: 'prefix', value: 'a' }],
    [{ prefix: '' }, { kind: 'prefix', value: '' }],
    [{ regex: 'a' }, { kind: 'regex', value: 'a' }],
    [{ regex: '' }, { kind: 'regex', value: '' }],
    [{ regex: '*' }, { kind: 'present' }],
    [{}, { kind: 'present' }],
    [null, { kind: 'present' }],
    [undefined, { kind: 'present' }],
    [
      { regex: 'r', prefix: 'p', exact: 'e' },
      { kind: 'exact', value: 'e' },
    ],
    [
      { regex: 'r', prefix: 'p' },
      { kind: 'prefix', value: 'p' },
    ],
  ])('%j is %j', (match, expected) => {
    expect(stringCondition(match)).toEqual(expected);
  });
});

describe('matchesString', () => {
  it.each<[StringMatch | null, string | undefined, boolean]>([
    [{ exact: 'abc' }, 'abc', true],
    [{ exact: 'abc' }, 'ABC', false],
    [{ exact: 'abc' }, 'abcd', false],
    [{ exact: '' }, '', true],
    [{ exact: '' }, undefined, false],
    [{ prefix: 'ab' }, 'abc', true],
    [{ prefix: 'ab' }, 'ab', true],
    [{ prefix: 'ab' }, 'xab', false],
    [{ prefix: 'ab' }, undefined, false],
    [{ regex: 'ab' }, 'ab', true],
    [{ regex: 'ab' }, 'abc', false],
    [{ regex: 'ab' }, 'xab', false],
    [{ regex: 'ab.*' }, 'abc', true],
    [{ regex: 'a|ab' }, 'ab', true],
    [{ regex: '(?i)AB' }, 'ab', true],
    [{ regex: '.*' }, '', true],
    [{ regex: '.*' }, undefined, false],
    [{ regex: '(' }, '(', false],
    [{ regex: '*' }, 'anything', true],
    [{ regex: '*' }, undefined, false],
    [{}, '', true],
    [{}, 'x', true],
    [{}, undefined, false],
    [null, 'x', true],
  ])('%j on %j: %j', (match, value, expected) => {
    expect(matchesString(match, value)).toBe(expected);
  });

  it('takes linear time for patterns that make backtracking engines hang', () => {
    expect(matchesString({ regex: '(a+)+b' }, 'a'.repeat(5000))).toBe(false);
  });

  it('gives up a proof that takes too long', () => {
    const regex = 'x{900}';
    expect(matchesString({ regex }, 'x'.repeat(900))).toBe(false);
    expect(failsString({ regex }, 'y'.repeat(900))).toBe(false);
    expect(stringVerdict({ regex }, 'x'.repeat(900))).toBe(true);
  });

  it('gives the same answer if there are more patterns than the cache keeps', () => {
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 600; i++) {
        expect(matchesString({ regex: `x{${i}}|y` }, 'y')).toBe(true);
      }
    }
    expect(matchesString({ regex: 'x{1}' }, 'xx')).toBe(false);
  });
});

describe('compares bytes, not characters, as Envoy does', () => {
  it.each<[StringMatch, string, boolean | undefined]>([
    [{ regex: '.' }, 'é', false],
    [{ regex: '..' }, 'é', true],
    [{ regex: '.{4}' }, '😀', true],
    [{ regex: 'é' }, 'é', true],
    [{ regex: '[é]' }, 'é', false],
    [{ regex: '[é]+' }, 'é', true],
    [{ regex: '\\xc3\\xa9' }, 'é', true],
    [{ regex: '\\x{c3}\\x{a9}' }, 'é', true],
    [{ regex: '\\xe9' }, 'é', false],
    [{ regex: '[^a]' }, 'é', false],
    [{ regex: '[^a][^a]' }, 'é', true],
    [{ regex: '(?i)é' }, 'É', false],
    [{ regex: '(?i)\\xe3.' }, 'é', true],
    [{ regex: '(?i)k' }, '\u212a', false],
    [{ regex: '\\pL' }, 'é', false],
    [{ regex: '\\pL.' }, 'é', true],
    [{ regex: '\\w+' }, 'é', false],
    [{ regex: '\\x{100}' }, 'Ā', undefined],
    [{ regex: '[^\\x{100}]' }, 'a', undefined],
    [{ regex: '\\400' }, 'a', undefined],
    [{ regex: '\\377' }, 'a', false],
    [{ regex: '(' }, 'a', undefined],
    [{ regex: '(?:a{30}){40}' }, 'a', undefined],
    [{ exact: 'é' }, 'é', true],
    [{ exact: 'é' }, 'e\u0301', false],
    [{ prefix: 'é' }, 'éa', true],
    [{ prefix: 'é' }, 'è', false],
  ])('%j on %j: %s', (match, value, expected) => {
    expect(stringVerdict(match, value)).toBe(expected);
    expect(matchesString(match, value)).toBe(expected === true);
    expect(failsString(match, value)).toBe(expected === false);
  });
});

describe('regexProblem', () => {
  it.each(['a', '^a$', '[a-z]+', '(?i)a', '(?P<n>a)', 'a{1000}', 'x'.repeat(1024), '\\pN'])(
    'accepts %j',
    (pattern) => {
      expect(regexProblem(pattern)).toBeUndefined();
    },
  );

  it.each([
    ['', 'must not be empty'],
    ['x'.repeat(1025), 'must not be longer than 1024 bytes'],
    [`${'ä'.repeat(512)}x`, 'must not be longer than 1024 bytes'],
    ['*', 'is no RE2 expression: '],
    ['(', 'is no RE2 expression: '],
    ['(?=a)', 'is no RE2 expression: '],
    ['(?!a)', 'is no RE2 expression: '],
    ['\\1', 'is no RE2 expression: '],
    ['a{1001}', 'is no RE2 expression: '],
  ])('refuses %j', (pattern, message) => {
    expect(regexProblem(pattern)).toContain(message);
  });

  it('does not compile a regex above the size limit', () => {
    expect(regexProblem(`(${'a{99}'.repeat(20)}`)).toBeUndefined();
  });

  it('says what is wrong with the regex', () => {
    expect(regexProblem('(')).toBe(
      'is no RE2 expression: error parsing regexp: missing closing ): `(`',
    );
  });
});
