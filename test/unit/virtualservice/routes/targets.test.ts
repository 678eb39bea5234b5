import { describe, expect, it } from '@jest/globals';
import { pointAt } from '../../../../src/virtualservice/routes/point-at.ts';
import { targetSubset, targetSubsets } from '../../../../src/virtualservice/routes/targets.ts';

describe('targetSubset', () => {
  const targets = { slow: 'b-alice-2' };
  it.each([
    ['shared', 'b-alice'],
    ['slow', 'b-alice-2'],
    ['constructor', 'b-alice'],
    [undefined, 'b-alice'],
  ])('for %s: %s', (subset, expected) => {
    expect(targetSubset({ to: 'b-alice', targets }, subset)).toBe(expected);
  });

  it('is the only one in a plan that the previous version wrote', () => {
    expect(targetSubset({ to: 'alice' }, 'slow')).toBe('alice');
  });

  it('is set in a destination', () => {
    const destination = { host: 'b', subset: 'slow', port: { number: 80 } };
    expect(
      pointAt({ destination, weight: 1 }, { to: 'b-alice', targets, clone: 'b-alice' }),
    ).toEqual({
      destination: { host: 'b', subset: 'b-alice-2', port: { number: 80 } },
      headers: { response: { add: { 'x-dynamic-env': 'b-alice' } } },
    });
  });
});

describe('targetSubsets', () => {
  it.each([
    [{}, []],
    [{ subset: 'a' }, ['a']],
    [{ subset: 'a', subsets: { x: 'b', y: 'b', z: 'a' } }, ['a', 'b']],
  ])('of %j: %j', (spec, expected) => {
    expect(targetSubsets(spec)).toEqual(expected);
  });
});
