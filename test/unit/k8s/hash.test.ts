import { expect, it } from '@jest/globals';
import { hash10 } from '../../../src/k8s/hash.ts';

it('is the start of the SHA-256 of the lines', () => {
  // printf 'a\nbc' | sha256sum
  expect(hash10('a', 'bc')).toBe('b4c620724d');
  expect(hash10('')).toBe('e3b0c44298');
});

it('tells apart where one part ends', () => {
  expect(hash10('a', 'bc')).not.toBe(hash10('ab', 'c'));
});
