import { describe, expect, it } from '@jest/globals';
import { byteCache } from '../../../src/k8s/byte-cache.ts';

describe('a cache that is bounded by bytes', () => {
  it('keeps what fits, and lets the oldest go', () => {
    const cache = byteCache<number>(10);
    cache.set('a', 1, 4);
    cache.set('b', 2, 4);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, 2]);
    cache.set('c', 3, 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 3]);
  });

  it('counts what a value takes later on', () => {
    const cache = byteCache<number>(10);
    cache.set('a', 1, 4);
    cache.set('b', 2, 4);
    cache.grow('b', 3);
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2]);
    cache.grow('b', 3);
    expect(cache.get('b')).toBe(2);
    cache.grow('b', 1);
    expect(cache.get('b')).toBeUndefined();
    cache.grow('gone', 100);
    cache.set('c', 3, 10);
    expect(cache.get('c')).toBe(3);
  });

  it('counts a value that is set again once', () => {
    const cache = byteCache<number>(10);
    cache.set('a', 1, 6);
    cache.set('a', 2, 4);
    cache.set('b', 3, 6);
    expect([cache.get('a'), cache.get('b')]).toEqual([2, 3]);
  });

  it('does not keep what is too large', () => {
    const cache = byteCache<number>(10);
    cache.set('b', 2, 4);
    cache.set('a', 1, 11);
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2]);
  });
});
