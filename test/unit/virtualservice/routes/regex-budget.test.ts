import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { andMatch } from '../../../../src/virtualservice/injections/and-match.ts';
import { areDisjoint } from '../../../../src/virtualservice/injections/disjoint.ts';
import { compiledRegexes } from '../../../../src/virtualservice/routes/regex-budget.ts';

const large = (index: number) => `${index}.{300}`;

describe('the regexes of a VirtualService that are compiled', () => {
  it('are the first ones, each counted once, whatever its field', () => {
    const entry = (index: number) => ({
      uri: { regex: large(4 * index) },
      headers: { a: { regex: large(4 * index + 1) }, b: {}, c: null as never },
      withoutHeaders: { a: { regex: large(4 * index + 2) } },
      queryParams: { a: { regex: large(4 * index + 3) } },
    });
    const http: HTTPRoute[] = [
      { match: [entry(0), entry(0)] },
      {},
      ...Array.from({ length: 9 }, (_, index) => ({ match: [entry(index)] })),
    ];
    const shouldCompile = compiledRegexes(http);
    const told = Array.from({ length: 36 }, (_, index) => shouldCompile(large(index)));
    const count = told.indexOf(false);
    expect(count).toBeGreaterThan(20);
    expect(told).toEqual(Array.from({ length: 36 }, (_, index) => index < count));
    expect(shouldCompile('of an env')).toBe(true);
  });

  it('do not include regexes that no check needs', () => {
    const http = [{ match: [{ uri: { regex: 'x'.repeat(1025) } }] }];
    expect(compiledRegexes(http)('a')).toBe(true);
  });
});

describe('a regex that is not compiled', () => {
  const beyond = { regex: '(?:.{30}){40}' };
  it('excludes no value', () => {
    expect(areDisjoint(beyond, { exact: 'a' })).toBe(false);
    expect(areDisjoint({ exact: 'a' }, beyond)).toBe(false);
    expect(areDisjoint({ regex: '\\x{100}' }, { exact: 'a' })).toBe(false);
  });

  it.each([
    [beyond, true],
    [{ regex: 'b' }, false],
  ])('costs the entry its copy, and a note says so: %j', (own, isToldFirst) => {
    const { entries, skips } = andMatch(
      [{ headers: { user: own } }],
      [{ headers: { user: { exact: 'a' } } }],
      { isDelegate: false, shouldCompile: () => isToldFirst },
    );
    expect(entries).toEqual([]);
    expect(skips).toEqual([
      { reason: 'already has another condition on header user', isHarmless: false },
    ]);
  });
});
