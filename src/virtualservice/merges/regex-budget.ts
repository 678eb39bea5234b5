import { patchRegexWeight } from '../../istio/merged-routes/regexes.ts';

/**
 * Most instructions of the regexes of all merges of one VirtualService. Compiling so many takes about 25 ms. It is half of what is
 * compiled of a VirtualService, so that merges leave the other half to its own routes (`compiledRegexes` in routes/regex-budget.ts).
 */
export const MERGES_REGEX_SIZE = 8192;

export const TOO_MANY_REGEXES = `its regexes and those of the other merges of this VirtualService are together too costly for every proxy (more than about ${MERGES_REGEX_SIZE} steps): use exact or prefix, or shorter regexes, or delete another merge`;

/** Returns a test whether the regexes of one more patch, of any shape, still fit. */
export function regexBudget(): (patch: unknown) => boolean {
  let left = MERGES_REGEX_SIZE;
  return (patch) => {
    const weight = patchRegexWeight(patch);
    if (weight > left) return false;
    left -= weight;
    return true;
  };
}
