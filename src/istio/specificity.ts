import type { HeaderAndSourceMatch } from './cover.ts';
import { type StringCondition, stringCondition } from './string-match.ts';

/** How specific a match is. */
export interface Specificity {
  conditions: number;
  exact: number;
  prefix: number;
  /**
   * Number of characters of exact values and prefixes. A regex does not count: the length of its text says nothing
   * about how much it matches.
   */
  literal: number;
}

/** In order of importance. */
const COUNTS = ['conditions', 'exact', 'prefix', 'literal'] as const;

export function specificityOf({ headers, sourceLabels }: HeaderAndSourceMatch): Specificity {
  const counts = { conditions: 0, exact: 0, prefix: 0, literal: 0 };
  const count = (condition: StringCondition) => {
    counts.conditions += 1;
    if (condition.kind !== 'exact' && condition.kind !== 'prefix') return;
    counts[condition.kind] += 1;
    counts.literal += condition.value.length;
  };
  for (const value of Object.values(sourceLabels ?? {})) count({ kind: 'exact', value });
  for (const header of Object.values(headers ?? {})) count(stringCondition(header));
  return counts;
}

/**
 * Sort order for matches that are tried one after the other. Negative: `a` comes first.
 * More conditions go first, then more exact ones (a source label is exact), then more prefixes, then more literal text.
 * So a match never comes after one that covers it, with two exceptions: the two rank equal, or one names the same
 * header in two spellings.
 */
export function compareSpecificity(a: Specificity, b: Specificity): number {
  const count = decisiveCount(a, b);
  return count === undefined ? 0 : b[count] - a[count];
}

/** The first count in which the two differ; undefined when they rank equal. */
export function decisiveCount(a: Specificity, b: Specificity): keyof Specificity | undefined {
  return COUNTS.find((count) => a[count] !== b[count]);
}
