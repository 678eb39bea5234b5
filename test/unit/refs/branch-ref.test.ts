import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { refOfBranch } from '../../../src/refs/branch-ref.ts';
import { isRef } from '../../../src/refs/names.ts';

describe('a ticket in the branch name', () => {
  test.each([
    ['feature/mp-101-bla-bla', 'mp-101'],
    ['feature/MP-101-bla-bla', 'mp-101'],
    ['mp-101', 'mp-101'],
    ['MP-101', 'mp-101'],
    ['mp-101/second-try', 'mp-101'],
    ['mp-101_second_try', 'mp-101'],
    ['team/a/fix/ops2-7', 'ops2-7'],
    ['mp-101-and-mp-102', 'mp-101'],
    ['feature/mp-1012', 'mp-1012'],
  ])('%s → %s', (branch, ref) => {
    expect(refOfBranch(branch, false)).toBe(ref);
  });

  test.each([
    ['feature/my-mp-101', 'feature-my-mp-101-'],
    ['mp-101x', 'mp-101x'],
    ['release-2.1', 'release-2-1-'],
    ['m-1', 'm-1'],
    [`feature/${'m'.repeat(40)}-1`, 'feature-mmmmm'],
  ])('%s has none', (branch, start) => {
    const ref = refOfBranch(branch, false);
    expect(ref).toBe(refOfBranch(branch, true));
    expect(ref.startsWith(start)).toBe(true);
  });
});

describe('the whole branch name', () => {
  test.each([
    ['main', 'main'],
    ['a-branch-of-forty-characters-exactly-4040', 'a-branch-of-forty-characters-'],
    ['feature/new-form', 'feature-new-form-'],
    ['New_Form', 'new-form-'],
    ['-x-', 'x-'],
    ['a-name-with-a-dash-at-the-cut-x', 'a-name-with-a-dash-at-the-cut-x'],
    ['feature/a-dash-where-it-is-c-ut-x', 'feature-a-dash-where-it-is-c-'],
    ['___', 'branch-'],
    ['日本', 'branch-'],
    ['', 'branch-'],
  ])('%j → %s…', (branch, start) => {
    const ref = refOfBranch(branch, true);
    if (start.endsWith('-')) expect(ref.slice(start.length)).toMatch(/^[0-9a-f]{10}$/);
    expect(ref.startsWith(start)).toBe(true);
  });

  test('a name that is equal to a ref of another name is changed, too', () => {
    const made = refOfBranch('feature/x', true);
    expect(refOfBranch(made, true)).not.toBe(made);
  });
});

const name = fc.string({
  unit: fc.constantFrom('a', 'B', '-', '_', '/', '.', '7', 'ü'),
  maxLength: 60,
});

test('the result is always a valid ref, and always the same', () => {
  fc.assert(
    fc.property(name, fc.boolean(), (branch, isWhole) => {
      const ref = refOfBranch(branch, isWhole);
      expect(isRef(ref)).toBe(true);
      expect(refOfBranch(branch, isWhole)).toBe(ref);
    }),
  );
});

test('two whole names never have the same ref', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 2 }), (branches) => {
      const refs = branches.map((branch) => refOfBranch(branch, true));
      expect(new Set(refs).size).toBe(branches.length);
    }),
  );
});
