import fc from 'fast-check';

/** FC_NUM_RUNS: how hard to look; FC_SEED: the seed that a failure printed, to see it again. */
function setting(name: 'FC_NUM_RUNS' | 'FC_SEED'): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value)) return value;
  throw new Error(`${name}: expected a whole number, got "${text}"`);
}

const numRuns = setting('FC_NUM_RUNS');
/** The same runs for everybody, so that a change is judged by what it changes; other seeds look further. */
const seed = setting('FC_SEED') ?? 7;

fc.configureGlobal({
  ...(numRuns === undefined ? {} : { numRuns }),
  seed,
});
