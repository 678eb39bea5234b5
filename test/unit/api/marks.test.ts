import { expect, it } from '@jest/globals';
import { isTrue } from '../../../src/api/marks.ts';

it.each<[string | undefined, boolean]>([
  ['true', true],
  ['True', false],
  ['1', false],
  ['', false],
  [undefined, false],
])('a mark with the value %j counts as set: %s', (value, expected) => {
  expect(isTrue(value)).toBe(expected);
});
