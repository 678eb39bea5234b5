import { describe, expect, it } from '@jest/globals';
import { subsetNames } from '../../../../src/kinds/virtual-environment/subset-names.ts';

const named = (values: string[], known: Record<string, string> = {}) =>
  Object.fromEntries(subsetNames(values, new Map(Object.entries(known))));

describe('the names of subsets', () => {
  it.each<[string, string[], Record<string, string>, Record<string, string>]>([
    ['points and underscores', ['dev.p_1'], {}, { 'dev.p_1': 'dev-p-1' }],
    ['capitals stay', ['Dev.A', 'dev.a'], {}, { 'Dev.A': 'Dev-A', 'dev.a': 'dev-a' }],
    [
      'the same for two: the first by text',
      ['p.1', 'p-1', 'p-1'],
      {},
      { 'p-1': 'p-1', 'p.1': 'p-1-4d316f0c' },
    ],
    [
      'the same for two: the one that has it already',
      ['p.1', 'p-1'],
      { 'p.1': 'p-1' },
      { 'p-1': 'p-1-1dee6e3e', 'p.1': 'p-1' },
    ],
    [
      'a name that a version on its way out still has',
      ['p-1'],
      { 'p.1': 'p-1' },
      { 'p-1': 'p-1-1dee6e3e' },
    ],
    [
      'a name stays when the other one is free again',
      ['p.1'],
      { 'p.1': 'p-1-x' },
      { 'p.1': 'p-1-x' },
    ],
    ['an invalid name in the memory does not count', ['a'], { a: 'no name' }, { a: 'a' }],
    ['nor does one that two have', ['a', 'b'], { a: 'x', b: 'x' }, { a: 'x', b: 'b' }],
    [
      'somebody has the hashed name',
      ['p-1', 'p.1', 'p-1-4d316f0c'],
      {},
      { 'p-1': 'p-1', 'p-1-4d316f0c': 'p-1-4d316f0c', 'p.1': 'p-1-45bc39e9' },
    ],
  ])('%s', (_, values, known, names) => {
    expect(named(values, known)).toEqual(names);
  });

  it('have at most 63 characters', () => {
    const values = [`${'a'.repeat(61)}.b`, `${'a'.repeat(61)}-b`];
    const names = [...subsetNames(values, new Map()).values()];
    expect(names.map((name) => name.length)).toEqual([63, 63]);
    expect(new Set(names).size).toBe(2);
  });
});
