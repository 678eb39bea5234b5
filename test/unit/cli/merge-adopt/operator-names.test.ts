import { describe, expect, test } from '@jest/globals';
import { isNumberedRoute, operatorNames } from '../../../../src/cli/merge-adopt/operator-names.ts';

const names = (written: unknown, index = 0, count = 1) =>
  operatorNames('m', written, { index, count });

describe('the names that the operator gives to a route', () => {
  test.each<[string, unknown, string[]]>([
    ['none', undefined, ['m-0']],
    ['empty', '', ['m-0']],
    ['a number after a dash', 'payment-service-mp-101', ['payment-service-mp-101']],
    ['zeros in front', 'x-007', ['x-007']],
    ['a plus', 'x-+6', ['x-+6']],
    ['two dashes', 'a--5', ['a--5']],
    ['a dash first', '-5', ['-5']],
    ['the largest int64', 'x-9223372036854775807', ['x-9223372036854775807']],
    ['more than an int64', 'x-9223372036854775808', ['m-0', 'x-9223372036854775808']],
    ['no number', 'canary', ['m-0', 'canary']],
    ['a word after a dash', 'x-y', ['m-0', 'x-y']],
    ['nothing after a dash', 'x-', ['m-0', 'x-']],
    ['an underscore in the number', 'x-1_0', ['m-0', 'x-1_0']],
    ['a number alone, for earlier versions', '+07', ['m-0', 'm-7']],
  ])('%s', (_, written, expected) => {
    expect(names(written)).toEqual(expected);
  });

  test('a replaced name counts the places from the end', () => {
    expect([0, 1, 2].map((index) => names('_', index, 3)[0])).toEqual(['m-2', 'm-1', 'm-0']);
  });

  test.each([
    ['m-0', true],
    ['m-12', true],
    ['m-01', false],
    ['m-', false],
    ['m', false],
    ['m-1-2', false],
    ['mm-1', false],
  ])('%s is a numbered route of m: %s', (name, expected) => {
    expect(isNumberedRoute(name, 'm')).toBe(expected);
  });
});
