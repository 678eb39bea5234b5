import { DYNAMIC_ENV_LABEL } from '../../../api/marks.ts';
import type { DestinationRule } from '../../../istio/types.ts';

/** Steps. To tell whether one new rule hides others takes about the square of their number in its namespace. */
export const MAX_RULE_WORK = 2_000_000;
/** Exported names and subsets make the comparison of two rules longer: this many count as one more rule. */
const NAMES_PER_RULE = 8;

/** Approximate steps to tell whether one more rule hides some of these. */
export function ruleWork(rules: readonly DestinationRule[]): number {
  const sizes = new Map<string, { rules: number; names: number }>();
  for (const { metadata, spec } of rules) {
    if (metadata.labels?.[DYNAMIC_ENV_LABEL] !== undefined) continue;
    const key = metadata.namespace ?? '';
    const size = sizes.get(key) ?? { rules: 0, names: 0 };
    size.rules += 1;
    size.names +=
      1 + ((spec?.exportTo?.length ?? 0) + (spec?.subsets?.length ?? 0)) / NAMES_PER_RULE;
    sizes.set(key, size);
  }
  let most = 0;
  for (const { rules: count, names } of sizes.values()) most = Math.max(most, count * names);
  return rules.length + most;
}

/** Is the work small enough to tell whether rules hide others? If not, they are left as they are. */
export function canJudge(work: number): boolean {
  return work <= MAX_RULE_WORK;
}
