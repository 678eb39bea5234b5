import { expect, test } from '@jest/globals';
import type { LabelSelector } from '../../../src/k8s/object.ts';
import { matchesSelector } from '../../../src/k8s/selector.ts';

const LABELS = { app: 'shop', tier: 'web' };

function expression(key: string, operator: string, ...values: string[]): LabelSelector {
  return { matchExpressions: [{ key, operator: operator as 'In', values }] };
}

test.each<[string, LabelSelector, boolean]>([
  ['an empty selector selects everything', {}, true],
  ['all of the labels', { matchLabels: { app: 'shop', tier: 'web' } }, true],
  ['one label has another value', { matchLabels: { app: 'shop', tier: 'db' } }, false],
  ['one label is missing', { matchLabels: { app: 'shop', zone: '' } }, false],
  ['names of JavaScript object members are not labels', { matchLabels: { toString: 'x' } }, false],
  ['In', expression('app', 'In', 'blog', 'shop'), true],
  ['In, another value', expression('app', 'In', 'blog'), false],
  ['In, the label is absent', expression('zone', 'In', 'a'), false],
  ['NotIn', expression('app', 'NotIn', 'blog'), true],
  ['NotIn, this value', expression('app', 'NotIn', 'shop'), false],
  ['NotIn, the label is absent', expression('zone', 'NotIn', 'a'), true],
  ['Exists', expression('tier', 'Exists'), true],
  ['Exists, the label is absent', expression('zone', 'Exists'), false],
  ['DoesNotExist', expression('zone', 'DoesNotExist'), true],
  ['DoesNotExist, but the label is there', expression('tier', 'DoesNotExist'), false],
  [
    'labels and expressions are ANDed',
    { matchLabels: { app: 'shop' }, ...expression('tier', 'In') },
    false,
  ],
])('%s', (_name, selector, expected) => {
  expect(matchesSelector(selector, LABELS)).toBe(expected);
});

test('an object without labels', () => {
  expect(matchesSelector({ matchLabels: { app: 'shop' } }, undefined)).toBe(false);
  expect(matchesSelector(expression('app', 'DoesNotExist'), undefined)).toBe(true);
});

test('missing values count as empty', () => {
  const requirement = { key: 'app', operator: 'In' } as const;
  expect(matchesSelector({ matchExpressions: [requirement] }, LABELS)).toBe(false);
  const not = { key: 'app', operator: 'NotIn' } as const;
  expect(matchesSelector({ matchExpressions: [not] }, LABELS)).toBe(true);
});
