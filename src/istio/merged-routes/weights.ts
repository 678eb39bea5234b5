const MAX_SUM = 2 ** 32 - 1;

/**
 * Envoy refuses weights that add up to more (`source/common/router/config_impl.cc`). istiod adds them in 32 bits, and
 * does not notice.
 */
export function weightSumProblem(targets: readonly { weight?: number }[]): string | undefined {
  const total = targets.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return total > MAX_SUM ? `the weights must not add up to more than ${MAX_SUM}` : undefined;
}
