import { describe, expect, it } from '@jest/globals';
import { matchesString, regexProblem, stringCondition } from '../../../src/istio/string-match.ts';
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

  it('answers the same when more patterns come by than it remembers', () => {
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 600; i++) {
        expect(matchesString({ regex: `x{${i}}` }, 'x'.repeat(i))).toBe(true);
      }
    }
    expect(matchesString({ regex: 'x{1}' }, 'xx')).toBe(false);
  });
});

describe('regexProblem', () => {
  it.each(['a', '^a$', '[a-z]+', '(?i)a', '(?P<n>a)', 'a{1000}', 'x'.repeat(1024), '\\pN'])(
    'takes %j',
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

  it('says what is wrong with the expression', () => {
    expect(regexProblem('(')).toBe(
      'is no RE2 expression: error parsing regexp: missing closing ): `(`',
    );
  });
});
