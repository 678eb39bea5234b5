import type { HeaderAndSourceMatch } from './cover.ts';
import { type StringCondition, stringCondition } from './string-match.ts';

/** How much a match asks for. */
export interface Specificity {
  conditions: number;
  exact: number;
  prefix: number;
  /** Characters to compare. The text of a regex is no literal: its length says nothing about how much it lets through. */
  literal: number;
}

/** In the order in which they count. */
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
 * Sort order for matches that are tried one after the other: negative when `a` has to come first.
 * More conditions go first, then more exact ones (a source label is one), then more prefixes, then the longer literal
 * text. Hence a match never stands behind one that covers it, except when the two rank equal, or when one names the
 * same header in two spellings.
 */
export function compareSpecificity(a: Specificity, b: Specificity): number {
  const count = decisiveCount(a, b);
  return count === undefined ? 0 : b[count] - a[count];
}

/** The first count in which two differ; undefined: they rank equal. */
export function decisiveCount(a: Specificity, b: Specificity): keyof Specificity | undefined {
  return COUNTS.find((count) => a[count] !== b[count]);
}
