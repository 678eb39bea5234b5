import { expect, it } from '@jest/globals';
import { rememberedByText } from '../../../src/api/remembered.ts';

it('answers once for a text, until as many others were asked for as it remembers', () => {
  const asked: string[] = [];
  const lengths = rememberedByText({ size: 2, bytes: 1000 }, (text) => asked.push(text) && text.length);
  expect(['a', 'bb', 'a', 'bb'].map(lengths)).toEqual([1, 2, 1, 2]);
  expect(asked).toEqual(['a', 'bb']);
  expect(['ccc', 'a', 'ccc'].map(lengths)).toEqual([3, 1, 3]);
  expect(asked).toEqual(['a', 'bb', 'ccc', 'a']);
});
