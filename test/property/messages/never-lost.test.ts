import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { complaints } from '../../support/messages/report.ts';
import { SPEC } from '../../support/messages/rules-of-the-spec.ts';
import { trial } from '../../support/messages/trial.ts';

/** FC_NUM_RUNS sets another number; CONTRIBUTING.md. */
const TRIALS = 1_000;
const TIMEOUT_MS = 1_800_000;

/** A seed makes a whole history, so there is nothing to shrink. */
const seeds = fc.noBias(fc.maxSafeNat());

describe('messages, whatever happens to consumers, feed, clocks, caches and kubelets', () => {
  it(
    'are never lost, and in the steady state each is handled once by whom it is for',
    () => {
      const numRuns = fc.readConfigureGlobal().numRuns ?? TRIALS;
      fc.assert(
        fc.property(seeds, (seed) => {
          expect(complaints(seed, SPEC)).toBe('');
        }),
        { numRuns, endOnFailure: true },
      );
    },
    TIMEOUT_MS,
  );

  it('are rarely left behind by an env that cannot drain: its status or its log tells so', () => {
    let told = 0;
    let all = 0;
    for (let seed = 0; seed < 100; seed += 1) {
      const outcome = trial(seed, SPEC);
      told += outcome.told.length;
      all += outcome.messages.length;
    }
    expect(told / all).toBeLessThan(0.001);
  });

  it('make a history that depends on the seed only', () => {
    const histories = [1, 1, 2].map((seed) => {
      const lines: string[] = [];
      trial(seed, SPEC, { note: (line) => lines.push(line) });
      return lines.join('\n');
    });
    expect(histories[1]).toBe(histories[0]);
    expect(histories[2]).not.toBe(histories[0]);
  });
});
