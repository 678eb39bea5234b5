import { expect, it } from '@jest/globals';
import type { Problem } from '../../../../../src/kinds/dynamicenv/plan/host-plan.ts';
import { subsetErrors } from '../../../../../src/kinds/dynamicenv/status/errors.ts';
import { deepFreeze, NOW, stamp } from '../../../../support/objects.ts';

const problems: Problem[] = deepFreeze([
  { section: 'subset', message: 'b' },
  { section: 'deployment', message: 'a' },
  { section: 'subset', message: 'c' },
]);
const deployment = { name: 'x', namespace: 'y', status: 'running' as const };

it('is empty if nothing is wrong', () => {
  expect(subsetErrors([], undefined, NOW)).toBeUndefined();
});

it('lists the problems by section, in their order', () => {
  expect(subsetErrors(problems, undefined, NOW)).toEqual({
    subset: [
      { error: 'b', lastOccurrence: stamp(0) },
      { error: 'c', lastOccurrence: stamp(0) },
    ],
    deployment: [{ error: 'a', lastOccurrence: stamp(0) }],
  });
});

it('keeps the time of a problem that was in the same section before', () => {
  const before = deepFreeze({
    deployment,
    subsetErrors: {
      subset: [
        { error: 'z', lastOccurrence: stamp(-90) },
        { error: 'c', lastOccurrence: stamp(-60) },
        { error: 'a', lastOccurrence: stamp(-50) },
      ],
    },
  });
  expect(subsetErrors(problems, before, NOW)).toEqual({
    subset: [
      { error: 'b', lastOccurrence: stamp(0) },
      { error: 'c', lastOccurrence: stamp(-60) },
    ],
    deployment: [{ error: 'a', lastOccurrence: stamp(0) }],
  });
  expect(subsetErrors(problems, { deployment }, NOW)?.subset).toHaveLength(2);
});
