import { describe, expect, it } from '@jest/globals';
import {
  borderedPrefixes,
  longestFirst,
  longestOf,
} from '../../../../src/kinds/virtual-environment/levels.ts';

describe('levels', () => {
  it.each([
    ['top.second.third', '.', ['top.second.third', 'top.second', 'top']],
    ['dev-p1-u1', '-', ['dev-p1-u1', 'dev-p1', 'dev']],
    ['dev', '.', ['dev']],
    ['a..b', '.', ['a..b', 'a.', 'a']],
    ['.a', '.', ['.a']],
    ['', '.', ['']],
  ])('of "%s" with "%s"', (value, splitter, prefixes) => {
    expect(borderedPrefixes(value, splitter)).toEqual(prefixes);
  });

  const related = ['a.b.c', 'a.b', 'a', 'a.d', 'a.d.e.f.g'];
  it.each([
    ['a.b', related, 'a.b'],
    ['a.d.e.f', related, 'a.d'],
    ['b.x', related, undefined],
    ['top.second', ['top.second.third'], undefined],
    ['top.second.third', ['top.second.'], undefined],
    ['dev.proj-abc', ['dev', 'dev.proj-ab'], 'dev'],
    ['A.b', ['a'], undefined],
  ])('"%s" is served by', (value, routable, version) => {
    expect(longestOf(value, new Set(routable), { splitter: '.' })).toBe(version);
  });

  it('have the longest first, then by text', () => {
    const values = ['k', 'defgh', 'ij', 'abc', 'abd', 'Abc'];
    expect(values.sort(longestFirst)).toEqual(['defgh', 'Abc', 'abc', 'abd', 'ij', 'k']);
  });
});
