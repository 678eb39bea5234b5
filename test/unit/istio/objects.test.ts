import { describe, expect, it } from '@jest/globals';
import { compareAge, nameOf, namespaceOf } from '../../../src/istio/objects.ts';
import { virtualService } from './builders.ts';

const vs = (at: string) => virtualService(at, {});
const unplaced = { apiVersion: 'v1', kind: 'K', metadata: { name: 'x' } };

describe('names', () => {
  it('of an object with and without a namespace', () => {
    expect([namespaceOf(vs('shop/a')), nameOf(vs('shop/a'))]).toEqual(['shop', 'shop/a']);
    expect([namespaceOf(unplaced), nameOf(unplaced)]).toEqual(['default', 'default/x']);
  });
});

describe('compareAge', () => {
  it('sorts by time, name and namespace; objects without a time come first', () => {
    const sorted = ['z/z', 'b/a@1', 'a/b@1', 'b/b@1', 'a/a@2', 'a/a@10'];
    expect(sorted.map(vs).reverse().sort(compareAge).map(nameOf)).toEqual(
      sorted.map((at) => at.split('@')[0]),
    );
  });

  it('compares times, not texts', () => {
    const later = {
      ...unplaced,
      metadata: { name: 'a', creationTimestamp: '2024-01-01T01:00:00+01:00' },
    };
    const same = {
      ...unplaced,
      metadata: { name: 'a', creationTimestamp: '2024-01-01T00:00:00Z' },
    };
    expect(compareAge(later, same)).toBe(0);
  });
});
