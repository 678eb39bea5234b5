import { describe, expect, test } from '@jest/globals';
import { contentOf } from '../../../../src/cli/merge-adopt/route-content.ts';
import { jsonEqual } from '../../../../src/k8s/canonical.ts';

const isSame = (a: object, b: object) =>
  jsonEqual(contentOf({ ...a }, true), contentOf({ ...b }, true));

describe('the content of a route', () => {
  test.each<[string, object, object]>([
    ['other names', { name: 'a', retries: {} }, { name: 'b', retries: {} }],
    ['durations', { timeout: '500ms' }, { timeout: '0.500s' }],
    ['durations of several units', { timeout: '1m1.5s' }, { timeout: '61.500s' }],
    [
      'nested durations',
      { retries: { perTryTimeout: '1h' } },
      { retries: { perTryTimeout: '3600s' } },
    ],
    ['defaults', { a: 0, b: false, c: null, d: [], e: '' }, {}],
    ['defaults in lists', { route: [{ weight: 0, x: 1 }] }, { route: [{ x: 1 }] }],
  ])('is the same: %s', (_, a, b) => {
    expect(isSame(a, b)).toBe(true);
  });

  test.each<[string, object, object]>([
    ['a number', { a: 1 }, { a: 2 }],
    ['an empty text to match', { uri: { exact: '' } }, { uri: {} }],
    ['an empty map', { redirect: {} }, {}],
    ['an item of a list', { route: [{ a: 1 }] }, { route: [{ a: 1 }, {}] }],
    ['the order of a list', { route: [{ a: 1 }, { b: 1 }] }, { route: [{ b: 1 }, { a: 1 }] }],
    [
      'a text that looks like a duration',
      { rewrite: { uri: '1s' } },
      { rewrite: { uri: '1000ms' } },
    ],
    ['a name below', { match: [{ name: 'a' }] }, { match: [{ name: 'b' }] }],
    ['a key that every object inherits', { constructor: 'a' }, {}],
  ])('differs: %s', (_, a, b) => {
    expect(isSame(a, b)).toBe(false);
  });

  test('without isNamed, a field "name" counts', () => {
    expect(contentOf({ name: 'a' }, false)).toEqual({ name: 'a' });
  });
});
