import { expect, it } from '@jest/globals';
import { hash10 } from '../../../src/k8s/hash.ts';

it('is the start of the SHA-256 of the lines', () => {
  // From the shell: printf 'a\nbc' | sha256sum
  expect(hash10('a', 'bc')).toBe('b4c620724d');
  expect(hash10('')).toBe('e3b0c44298');
});

it('is different if the parts are split elsewhere', () => {
  expect(hash10('a', 'bc')).not.toBe(hash10('ab', 'c'));
});
