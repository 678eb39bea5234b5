import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLeaseClock } from '../../src/core/lease-clock.ts';

/** A lease clock whose two clocks stand where the test says. */
function clockAt(monotonic = 1_000, wall = 1_700_000_000_000) {
  const at = { monotonic, wall };
  const clock = createLeaseClock({ monotonic: () => at.monotonic, wall: () => at.wall });
  const go = (monotonicMs: number, wallMs: number) => {
    at.monotonic += monotonicMs;
    at.wall += wallMs;
  };
  return { clock, go };
}

describe('the time since a mark', () => {
  test.each([
    ['both clocks go on', [[100, 100]], 100],
    ['the machine was suspended: only the wall clock went on', [[0, 60_000]], 60_000],
    ['the wall clock was set back', [[5_000, -3_600_000]], 5_000],
    ['the wall clock was set forward', [[5_000, 3_600_000]], 3_600_000],
    [
      'the wall clock was set back, and later forward',
      [
        [10, -500],
        [10, 500],
      ],
      510,
    ],
    [
      'suspended, then set back by as much',
      [
        [0, 40_000],
        [1_000, -39_000],
      ],
      41_000,
    ],
    [
      'set back, then suspended',
      [
        [1_000, -39_000],
        [0, 40_000],
      ],
      41_000,
    ],
    ['nothing happened', [[0, 0]], 0],
  ])('%s', (_name, steps, expected) => {
    const { clock, go } = clockAt();
    const start = clock.mark();
    for (const [monotonic = 0, wall = 0] of steps) {
      go(monotonic, wall);
      clock.mark();
    }
    expect(clock.now() - start).toBe(expected);
  });

  test('is not counted up by many calls within a millisecond', () => {
    const { clock, go } = clockAt();
    const start = clock.mark();
    // The wall clock shows whole milliseconds only.
    for (let i = 1; i <= 100_000; i++) {
      go(0.1, i % 10 === 0 ? 1 : 0);
      clock.now();
    }
    expect(clock.now() - start).toBeGreaterThanOrEqual(10_000);
    expect(clock.now() - start).toBeLessThan(10_100);
  });

  test('is never less than what either clock counts in between', () => {
    const step = fc.record({
      monotonic: fc.integer({ min: 0, max: 5_000 }),
      wall: fc.integer({ min: -5_000, max: 5_000 }),
      call: fc.constantFrom('now', 'mark', 'nothing'),
    });
    fc.assert(
      fc.property(fc.array(step), fc.array(step), (before, between) => {
        const { clock, go } = clockAt();
        const play = (steps: typeof before) => {
          for (const { monotonic, wall, call } of steps) {
            go(monotonic, wall);
            if (call !== 'nothing') clock[call]();
          }
        };
        play(before);
        const start = clock.mark();
        play(between);
        const sum = (key: 'monotonic' | 'wall') => between.reduce((all, one) => all + one[key], 0);
        expect(clock.now() - start).toBeGreaterThanOrEqual(
          Math.max(sum('monotonic'), sum('wall'), 0),
        );
      }),
    );
  });
});
