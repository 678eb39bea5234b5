import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalClusterOptions } from '../../../src/simulator/cluster.ts';
import { type RunOptions, twinRun } from './run.ts';
import { steps } from './steps.ts';

/** Runs for each strategy. */
const RUNS = 32;
/** The result does not depend on the duration. FC_SHRINK=1 shrinks a failure, which can take an hour. */
const PATIENCE = 3_600_000;

const options: fc.Arbitrary<Omit<RunOptions, 'strategy'>> = fc.record({
  podReadySeconds: fc.constantFrom(1, 5),
  drainSeconds: fc.constantFrom(10, 2),
  lagSeconds: fc.constantFrom(0.01, 0.4, 1.5),
});

/**
 * Users and faults act freely on a cluster with envs. Meanwhile no request and no route of the user may be harmed. When
 * the envs are gone, the cluster must equal its twin, on which only the user's steps happened.
 */
export function twinSuite(strategy: LocalClusterOptions['strategy']): void {
  describe(`a cluster with envs, ${strategy}`, () => {
    it(
      'equals its twin without envs when they are gone, and routes correctly until then',
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
