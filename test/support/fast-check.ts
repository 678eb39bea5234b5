import fc from 'fast-check';

/**
 * FC_NUM_RUNS: the number of runs for each property. FC_SEED: the seed; set it to the seed of a failure to repeat that
 * failure.
 */
function setting(name: 'FC_NUM_RUNS' | 'FC_SEED'): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value)) return value;
  throw new Error(`${name}: expected a whole number, got "${text}"`);
}

const numRuns = setting('FC_NUM_RUNS');
/** The default seed is fixed, so that a failure comes from a change of the code. Use other seeds to find more. */
const seed = setting('FC_SEED') ?? 7;

fc.configureGlobal({
  ...(numRuns === undefined ? {} : { numRuns }),
  seed,
});
