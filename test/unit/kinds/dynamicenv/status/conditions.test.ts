import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../../../../../src/api/dynamicenv.ts';
import { condition } from '../../../../../src/k8s/condition.ts';
import { settlingSeconds } from '../../../../../src/kinds/dynamicenv/status/conditions.ts';
import { deepFreeze, NOW, stamp } from '../../../../support/objects.ts';

const previous = (status: Condition['status']): Condition[] =>
  deepFreeze([
    { type: 'Stalled', status: 'True', reason: 'X', message: 'x', lastTransitionTime: stamp(-9) },
    { type: 'Ready', status, reason: 'Old', message: 'old', lastTransitionTime: stamp(-60) },
  ]);

describe('condition', () => {
  const finding = (status: boolean | 'unknown') => ({ status, reason: 'Why', message: 'so' });

  const ahead = previous('True').map((one) => ({ ...one, lastTransitionTime: stamp(60) }));

  it.each<[string, boolean | 'unknown', Condition[] | undefined, string, string]>([
    ['no status before', true, undefined, 'True', stamp(0)],
    ['no condition before', false, [], 'False', stamp(0)],
    ['unknown', 'unknown', undefined, 'Unknown', stamp(0)],
    ['the same condition before', true, previous('True'), 'True', stamp(-60)],
    ['the same condition with status False', false, previous('False'), 'False', stamp(-60)],
    [
      'the same condition, written by a replica whose clock is ahead',
      true,
      ahead,
      'True',
      stamp(0),
    ],
    ['another before', true, previous('False'), 'True', stamp(0)],
    ['unknown before', false, previous('Unknown'), 'False', stamp(0)],
  ])('%s', (_what, status, before, text, lastTransitionTime) => {
    expect(condition('Ready', finding(status), before, 7, NOW)).toEqual({
      type: 'Ready',
      status: text,
      reason: 'Why',
      message: 'so',
      lastTransitionTime,
      observedGeneration: 7,
    });
  });

  it('has no observedGeneration if the env has no generation', () => {
    expect(condition('Ready', finding(true), undefined, undefined, NOW)).not.toHaveProperty(
      'observedGeneration',
    );
  });
});

describe('settlingSeconds', () => {
  const since = (status: Condition['status'], seconds: number): Condition => ({
    type: 'RoutesInjected',
    status,
    reason: '',
    message: '',
    lastTransitionTime: stamp(seconds),
  });

  it.each<[Condition, number | undefined]>([
    [since('True', 0), 4],
    [since('True', -3), 1],
    [since('True', -4), 0],
    [since('False', 0), undefined],
    [since('Unknown', 0), undefined],
  ])('%#', (one, expected) => {
    expect(settlingSeconds(one, 3, NOW)).toBe(expected);
  });
});
