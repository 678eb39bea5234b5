import { describe, expect, it } from '@jest/globals';
import type { HeaderAndSourceMatch } from '../../../src/istio/cover.ts';
import { compareSpecificity, specificityOf } from '../../../src/istio/specificity.ts';

describe('compareSpecificity', () => {
  const compare = (a: HeaderAndSourceMatch, b: HeaderAndSourceMatch) =>
    compareSpecificity(specificityOf(a), specificityOf(b));

  it('sorts by the number of conditions, then exact values, prefixes, length of literals', () => {
    const sorted: HeaderAndSourceMatch[] = [
      { headers: { a: { regex: 'x' }, b: { regex: 'x' }, c: { regex: 'x' } } },
      { headers: { a: { exact: 'x' } }, sourceLabels: { l: 'long value' } },
      { headers: { a: { exact: 'x' }, b: { exact: 'yy' } } },
      { headers: { a: { exact: 'x' }, b: { exact: 'y' } } },
      { headers: { a: { exact: 'x' }, b: { prefix: 'y' } } },
      { headers: { a: { exact: 'x' }, b: { regex: 'yyyyyyyyyyyyyy' } } },
      { headers: { a: { prefix: 'x' }, b: { prefix: 'y' } } },
      { headers: { a: { prefix: 'xxxxxxxxxxxx' }, b: {} } },
      { headers: { a: { regex: 'x' }, b: {} } },
      { sourceLabels: { l: 'xyz' } },
      { headers: { a: { exact: 'xy' } } },
      { headers: { a: { exact: '' } } },
      { headers: { a: { prefix: 'xxx' } } },
      { headers: { a: { prefix: 'xx' } } },
      { headers: { a: { regex: 'xxxxxx' } } },
      {},
    ];
    expect([...sorted].reverse().sort(compare)).toEqual(sorted);
  });

  it.each<[HeaderAndSourceMatch, HeaderAndSourceMatch]>([
    [{}, { headers: {}, sourceLabels: {} }],
    [{ headers: { a: { exact: 'xy' } } }, { sourceLabels: { b: 'zw' } }],
    [{ headers: { a: { regex: 'x' } } }, { headers: { b: { regex: 'long' } } }],
    [{ headers: { a: { regex: 'x' } } }, { headers: { b: {} } }],
  ])('%j and %j have the same rank', (a, b) => {
    expect(compare(a, b)).toBe(0);
    expect(compare(b, a)).toBe(0);
  });
});
