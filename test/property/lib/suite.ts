import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalClusterOptions } from '../../../src/simulator/cluster.ts';
import { type RunOptions, twinRun } from './run.ts';
import { steps } from './steps.ts';

/** Of each strategy. */
const RUNS = 32;
/** Nothing here depends on how long it takes. FC_SHRINK=1 makes a failure smaller, which can take an hour. */
const PATIENCE = 3_600_000;

const options: fc.Arbitrary<Omit<RunOptions, 'strategy'>> = fc.record({
  podReadySeconds: fc.constantFrom(1, 5),
  drainSeconds: fc.constantFrom(10, 2),
  lagSeconds: fc.constantFrom(0.01, 0.4, 1.5),
});

/**
 * Users and faults do what they like to a cluster with envs. All the way no request and no route of the user's is
 * harmed, and when the envs are gone nothing tells the cluster from its twin on which only the user's steps happened.
 */
export function twinSuite(strategy: LocalClusterOptions['strategy']): void {
  describe(`a cluster with envs, ${strategy}`, () => {
    it(
      'equals its twin without any, when they are gone, and routes right on the way',
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
