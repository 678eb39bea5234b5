import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalClusterOptions } from '../../../src/simulator/cluster.ts';
import { type RunOptions, twinRun } from './run.ts';
import { steps } from './steps.ts';

/** Number of runs for each strategy. */
const RUNS = 32;
/** Time limit in milliseconds. FC_SHRINK=1 also shrinks a failing run, which can take an hour. */
const PATIENCE = 3_600_000;

const options: fc.Arbitrary<Omit<RunOptions, 'strategy'>> = fc.record({
  podReadySeconds: fc.constantFrom(1, 5),
  drainSeconds: fc.constantFrom(10, 2),
  lagSeconds: fc.constantFrom(0.01, 0.4, 1.5),
});

/**
 * Users and faults act at random on a cluster with envs. During this time no request and no route of a user may be
 * harmed. At the end, without envs, the cluster must be equal to its twin, on which only the user's steps were made.
 */
export function twinSuite(strategy: LocalClusterOptions['strategy']): void {
  describe(`a cluster with envs, ${strategy}`, () => {
    it(
      'equals its twin without envs when all envs are gone, and routes correctly until then',
      async () => {
        await fc.assert(
          fc.asyncProperty(steps, options, async (taken, chosen) => {
            await twinRun(taken, { strategy, ...chosen });
          }),
          {
            numRuns: Number(process.env['FC_NUM_RUNS'] || RUNS),
            endOnFailure: process.env['FC_SHRINK'] === undefined,
          },
        );
      },
      PATIENCE,
    );
  });
}
