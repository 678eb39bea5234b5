import { describe, expect, test } from '@jest/globals';
import { cutEnd, cutMiddle, fewLines, widthOf } from '../../../src/picture/text.ts';

describe('at most this number of columns', () => {
  test.each([
    ['short', 10, 'short'],
    ['exactly-10', 10, 'exactly-10'],
    ['more than ten', 10, 'more than…'],
    ['日本語日本語', 7, '日本語…'],
    ['日本語日本語', 12, '日本語日本語'],
  ])('end of %s, %d', (text, limit, cut) => {
    expect(cutEnd(text, limit)).toBe(cut);
  });

  test.each([
    ['backend', 10, 'backend'],
    ['backend-of-alice', 11, 'backe…alice'],
    ['backend-of-alice', 10, 'backe…lice'],
    ['日本語日本語', 7, '日…語'],
  ])('middle of %s, %d', (text, limit, cut) => {
    expect(cutMiddle(text, limit)).toBe(cut);
  });
});

test('a surrogate pair is one character, and two columns wide as emoji are', () => {
  expect(cutEnd('a😀😀😀', 4)).toBe('a😀…');
  expect(widthOf('😀')).toBe(2 * widthOf('a'));
});

test.each([
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ],
  [
    ['a', 'b', 'c', 'd'],
    ['a', 'b', '… 2 more'],
  ],
])('at most three lines of %j', (lines, shown) => {
  expect(fewLines(lines, 3, 9)).toEqual(shown);
});
