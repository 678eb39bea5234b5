import { describe, expect, it } from '@jest/globals';
import { rfc3339, secondsLeft } from '../../../src/k8s/time.ts';
import { at, NOW, stamp } from '../../support/objects.ts';

it('writes whole seconds', () => {
  expect(rfc3339(new Date('2026-01-01T12:00:00.999Z'))).toBe('2026-01-01T12:00:00Z');
});

describe('secondsLeft', () => {
  it.each<[string | undefined, number, number]>([
    [stamp(0), 10, 11],
    [stamp(-5), 10, 6],
    [stamp(-10), 10, 1],
    [stamp(-11), 10, 0],
    [stamp(-100), 10, 0],
    [stamp(5), 10, 16],
    [stamp(0), 1, 2],
    [stamp(0), 0, 0],
    [stamp(60), 0, 0],
    [undefined, 10, 0],
    ['', 10, 0],
    ['yesterday', 10, 0],
  ])('since %s, %d seconds in total: %d left', (since, seconds, left) => {
    expect(secondsLeft(since, seconds, NOW)).toBe(left);
  });

  it('counts parts of seconds', () => {
    expect(secondsLeft(stamp(0), 3, at(1.25))).toBe(2.75);
  });
});
