import { describe, expect, test } from '@jest/globals';
import { cutText, cutTexts } from '../../../src/k8s/cut-text.ts';

describe('cutText', () => {
  test.each([
    ['', 3, ''],
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc… (1 more characters)'],
    // A character of two UTF-16 units is not split.
    ['ab😀cd', 3, 'ab… (4 more characters)'],
    ['ab😀cd', 4, 'ab😀… (2 more characters)'],
  ])('%j to %d characters: %j', (text, most, cut) => {
    expect(cutText(text, most)).toBe(cut);
  });
});

describe('cutTexts', () => {
  test('shortens texts at any depth, and leaves numbers, keys and null unchanged', () => {
    const value = { abcdef: ['abcdef', 1, null, { a: 'abcdef' }], b: true };
    expect(cutTexts(value, 2)).toEqual({
      abcdef: ['ab… (4 more characters)', 1, null, { a: 'ab… (4 more characters)' }],
      b: true,
    });
    expect(value.abcdef[0]).toBe('abcdef');
  });

  test('an object with short texts only is returned itself', () => {
    const value = { a: ['b', { c: 'd' }] };
    expect(cutTexts(value, 2)).toBe(value);
  });

  test('a key may be __proto__', () => {
    const value = JSON.parse('{"__proto__": "abcdef"}');
    expect(JSON.stringify(cutTexts(value, 2))).toBe('{"__proto__":"ab… (4 more characters)"}');
  });
});
