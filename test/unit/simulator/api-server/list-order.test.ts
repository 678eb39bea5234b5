import { describe, expect, test } from '@jest/globals';
import { appliedOrder, liveFirst } from '../../../../src/simulator/api-server/list-order.ts';

describe('the order of a merged list', () => {
  test.each<[string, string, string, string]>([
    ['the same', 'a b', 'a b', 'a b'],
    ['a new item at the front', 'a b', 'n a b', 'n a b'],
    ['a new item in between', 'a b', 'a n b', 'a n b'],
    ['another order', 'a b c', 'c a b', 'c a b'],
    ['with an item that is not applied, at the front', 'x a b', 'b a', 'x b a'],
    ['with an item that is not applied, in between', 'a x b', 'a n b', 'a x n b'],
    ['with an item that is not applied, at the end', 'a b x', 'n b a', 'n b x a'],
    ['nothing in common', 'x y', 'a b', 'x y a b'],
    ['nothing applied', 'x y', '', 'x y'],
  ])('%s, with server-side apply', (_what, live, desired, merged) => {
    const keys = (text: string) => text.split(' ').filter((key) => key !== '');
    expect(appliedOrder(keys(live), keys(desired)).join(' ')).toBe(merged);
  });

  test('new items last, with other writes', () => {
    expect(liveFirst(['a', 'b'], ['n', 'b'])).toEqual(['a', 'b', 'n']);
  });
});
