import { describe, expect, it } from '@jest/globals';
import {
  compareHostSpecificity,
  fqdn,
  hostMatches,
  hostSubsetOf,
  isWildcardHost,
  mostSpecificHost,
} from '../../../src/istio/host.ts';

describe('fqdn', () => {
  it.each([
    ['backend', 'backend.shop.svc.cluster.local'],
    ['Backend', 'Backend.shop.svc.cluster.local'],
    ['backend.shop', 'backend.shop'],
    ['backend.shop.svc.cluster.local', 'backend.shop.svc.cluster.local'],
    ['*', '*'],
    ['*.shop.svc.cluster.local', '*.shop.svc.cluster.local'],
    ['*foo', '*foo.shop.svc.cluster.local'],
    ['10.0.0.1', '10.0.0.1'],
    ['::1', '::1'],
    ['', ''],
  ])('of %j is %j', (host, expected) => {
    expect(fqdn(host, 'shop', 'cluster.local')).toBe(expected);
  });

  it('uses the given namespace and cluster domain', () => {
    expect(fqdn('a', 'b', 'c.d')).toBe('a.b.svc.c.d');
  });
});

describe('isWildcardHost', () => {
  it.each([
    ['*', true],
    ['*.com', true],
    ['a.*', false],
    ['', false],
  ])('%j: %j', (host, expected) => {
    expect(isWildcardHost(host)).toBe(expected);
  });
});

// The columns: a, b, a matches b, a is a subset of b, b is a subset of a.
const PAIRS: [string, string, boolean, boolean, boolean][] = [
  ['foo.com', 'foo.com', true, true, true],
  ['foo.com', 'bar.com', false, false, false],
  ['foo.com', 'oo.com', false, false, false],
  ['foo.com', 'Foo.com', false, false, false],
  ['*.com', 'foo.com', true, false, true],
  ['*.foo.com', 'foo.com', false, false, false],
  ['*foo.com', 'foo.com', true, false, true],
  ['*foo.com', 'xfoo.com', true, false, true],
  ['*', 'foo.com', true, false, true],
  ['*', '*.com', true, false, true],
  ['*', '*', true, true, true],
  ['*.foo.com', '*.com', true, true, false],
  ['*.foo.com', '*.bar.com', false, false, false],
  ['*.foo.com', '*.foo.com', true, true, true],
  ['**', '*', true, true, false],
];

describe('hostMatches', () => {
  it.each(PAIRS)('%j and %j: %j, in both directions', (a, b, expected) => {
    expect([hostMatches(a, b), hostMatches(b, a)]).toEqual([expected, expected]);
  });
});

describe('is a subset: %j of %j', () => {
  it.each(PAIRS)('%j of %j', (a, b, _matches, forth, back) => {
    expect([hostSubsetOf(a, b), hostSubsetOf(b, a)]).toEqual([forth, back]);
  });
});

describe('compareHostSpecificity', () => {
  it('sorts plain names first, then longer ones, then by alphabet', () => {
    const sorted = ['a.com', 'b.com', 'c.co', '*.foo.com', '*.a.com', '*.b.com', '*.com', '*'];
    const shuffled = ['*', 'c.co', '*.b.com', '*.foo.com', 'b.com', '*.com', 'a.com', '*.a.com'];
    expect(shuffled.sort(compareHostSpecificity)).toEqual(sorted);
  });

  it.each([
    ['a.com', 'a.com', 0],
    ['a.com', 'b.com', -1],
    ['b.com', 'a.com', 1],
    ['*.a.very.long.name', 'a', 1],
    ['a', '*.a.very.long.name', -1],
    ['aa', 'a', -1],
  ])('%j compared with %j: %j', (a, b, sign) => {
    expect(Math.sign(compareHostSpecificity(a, b))).toBe(sign);
  });
});

describe('mostSpecificHost', () => {
  const candidates = ['*', '*.shop.svc', '*.svc', 'a.shop.svc', '*.other.svc'];

  it.each([
    ['a.shop.svc', 'a.shop.svc'],
    ['b.shop.svc', '*.shop.svc'],
    ['b.c.svc', '*.svc'],
    ['b.com', '*'],
    ['*.b.shop.svc', '*.shop.svc'],
    ['*.svc', '*.svc'],
  ])('for %j is %j', (host, expected) => {
    expect(mostSpecificHost(host, candidates)).toBe(expected);
  });

  it('is undefined if no candidate contains the host', () => {
    expect(mostSpecificHost('b.com', ['a.com', '*.org'])).toBeUndefined();
  });

  it('does not change the list of candidates', () => {
    const frozen = Object.freeze([...candidates]);
    mostSpecificHost('a.shop.svc', frozen);
    expect(frozen).toEqual(candidates);
  });
});
