import { expect, test } from '@jest/globals';
import {
  isMergedRouteName,
  mergedRouteName,
  readMergedRouteName,
} from '../../../src/api/merged-route-name.ts';

const MERGE = { group: 'istiomerger.monime.sl', namespace: 'shop', name: 'branch' };
const NAME = mergedRouteName('shop/backend', MERGE, '0');

test('a name belongs to one VirtualService only, whoever asked before', () => {
  for (const round of [1, 2]) {
    expect([round, isMergedRouteName(NAME, 'shop/backend')]).toEqual([round, true]);
    expect([round, isMergedRouteName(NAME, 'shop/other')]).toEqual([round, false]);
  }
  expect(readMergedRouteName(NAME, 'shop/backend')).toEqual({ merge: MERGE, route: '0' });
});

test.each([undefined, 7, '', `x${NAME}`, `${NAME}0`, NAME.replace('branch', 'brunch')])(
  'not a name of ours: %p',
  (name) => {
    expect(isMergedRouteName(name, 'shop/backend')).toBe(false);
  },
);
