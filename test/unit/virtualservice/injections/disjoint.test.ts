import { describe, expect, it } from '@jest/globals';
import type { StringMatch } from '../../../../src/istio/types.ts';
import { areDisjoint, isKeptOut } from '../../../../src/virtualservice/injections/disjoint.ts';

const e = (exact: string): StringMatch => ({ exact });
const p = (prefix: string): StringMatch => ({ prefix });
const r = (regex: string): StringMatch => ({ regex });

describe('two conditions on one value', () => {
  it.each<[StringMatch, StringMatch, boolean]>([
    [e('a'), e('a'), false],
    [e('a'), e('b'), true],
    [e('ab'), p('a'), false],
    [e('b'), p('a'), true],
    [e('ab'), r('a.'), false],
    [e('b'), r('a.'), true],
    [e('b'), {}, false],
    [p('a'), p('ab'), false],
    [p('a'), p('b'), true],
    [p('a'), r('b.*'), false],
    [r('a'), r('b'), false],
    [r('a'), {}, false],
    [p('a'), {}, false],
    [{}, {}, false],
  ])('%j and %j exclude each other: %s', (a, b, expected) => {
    expect([areDisjoint(a, b), areDisjoint(b, a)]).toEqual([expected, expected]);
  });
});

describe('a value that is excluded', () => {
  it.each<[StringMatch, StringMatch, boolean]>([
    [e('a'), {}, true],
    [e('a'), e('a'), true],
    [e('a'), e('b'), false],
    [p('ab'), p('a'), true],
    [p('a'), p('ab'), false],
  ])('excludes all values of %j by %j: %s', (wanted, unwanted, expected) => {
    expect(isKeptOut(wanted, unwanted)).toBe(expected);
  });
});
