import { describe, expect, test } from '@jest/globals';
import { isRef, isServiceName, refProblem, serviceNameProblem } from '../../../src/refs/names.ts';

describe('refs', () => {
  test.each(['mp-101', 'rc', '1', 'a', 'a--b', 'r'.repeat(40)])('%s is valid', (text) => {
    expect([isRef(text), refProblem('spec.ref', text)]).toEqual([true, undefined]);
  });

  test.each([
    ['', 'spec.ref: ref must not be empty; "dynamicenv ref BRANCH" derives one from a branch'],
    ['r'.repeat(41), `must not be longer than 40 characters, got "${'r'.repeat(41)}"`],
    ['MP-101', 'must consist of lower-case letters, digits and dashes'],
    ['a:b', 'got "a:b"'],
    ['-a', 'begin and end with a letter or a digit'],
    ['a-', 'begin and end with a letter or a digit'],
    ['a.b', 'got "a.b"'],
    ['a\n', 'got'],
    ['é', 'got "é"'],
  ])('%j is invalid', (text, words) => {
    expect(isRef(text)).toBe(false);
    expect(refProblem('spec.ref', text)).toContain(words);
  });
});

describe('services', () => {
  test.each(['payment-service', '1', 's'.repeat(63)])('%s is valid', (text) => {
    expect([isServiceName(text), serviceNameProblem('f', text)]).toEqual([true, undefined]);
  });

  test.each(['', 's'.repeat(64), 'payment.shop', 'Payment', 'a:b', '-'])(
    '%j is invalid',
    (text) => {
      expect(isServiceName(text)).toBe(false);
      expect(serviceNameProblem('f', text)).toMatch(/^f: service must .*without its namespace$/);
    },
  );
});
