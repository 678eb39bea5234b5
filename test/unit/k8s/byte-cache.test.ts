import { describe, expect, it } from '@jest/globals';
import { byteCache } from '../../../src/k8s/byte-cache.ts';

describe('a cache with a limit in bytes', () => {
  it('keeps values up to the limit, and removes the oldest', () => {
    const cache = byteCache<number>(10);
    cache.set('a', 1, 4);
    cache.set('b', 2, 4);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, 2]);
    cache.set('c', 3, 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 3]);
  });

  it('counts bytes that a value needs later', () => {
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

  it('counts a value once if it is set again', () => {
    const cache = byteCache<number>(10);
    cache.set('a', 1, 6);
    cache.set('a', 2, 4);
    cache.set('b', 3, 6);
    expect([cache.get('a'), cache.get('b')]).toEqual([2, 3]);
  });

  it('does not keep a value that is too large', () => {
    const cache = byteCache<number>(10);
    cache.set('b', 2, 4);
    cache.set('a', 1, 11);
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2]);
  });
});
