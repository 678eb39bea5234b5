import type { HeaderAndSourceMatch } from './cover.ts';
import { type StringCondition, stringCondition } from './string-match.ts';

/**
 * Sort order for matches that are tried one after the other: negative when `a` has to come first.
 * More conditions go first, then more exact ones (a source label is one), then more prefixes, then the longer literal
 * text. Hence a match never stands behind one that covers it, except when the two rank equal, or when one names the
 * same header in two spellings.
 */
export function compareSpecificity(a: HeaderAndSourceMatch, b: HeaderAndSourceMatch): number {
  const decisive = decisiveCount(a, b);
  return decisive === undefined ? 0 : decisive.b - decisive.a;
}

/** What is counted, in the order in which it counts. `literal`: characters. */
const COUNTS = ['conditions', 'exact', 'prefix', 'literal'] as const;

/** The first count in which two matches differ, and both numbers; undefined: they rank equal. */
export function decisiveCount(
  a: HeaderAndSourceMatch,
  b: HeaderAndSourceMatch,
): { count: (typeof COUNTS)[number]; a: number; b: number } | undefined {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  const count = COUNTS.find((name) => rankA[name] !== rankB[name]);
  return count && { count, a: rankA[count], b: rankB[count] };
}

/** Sorting asks for each match again and again; forgotten together with the match. */
const ranks = new WeakMap<HeaderAndSourceMatch, ReturnType<typeof rank>>();

function rankOf(match: HeaderAndSourceMatch): ReturnType<typeof rank> {
  const known = ranks.get(match);
  if (known !== undefined) return known;
  const fresh = rank(match);
  ranks.set(match, fresh);
  return fresh;
}

/** The text of a regex is no literal: its length says nothing about how much it lets through. */
function rank(match: HeaderAndSourceMatch): Record<(typeof COUNTS)[number], number> {
  const labels = Object.values(match.sourceLabels ?? {});
  const headers = Object.values(match.headers ?? {}).map(stringCondition);
  const count = (kind: StringCondition['kind']) => headers.filter((h) => h.kind === kind).length;
  return {
    conditions: headers.length + labels.length,
    exact: count('exact') + labels.length,
    prefix: count('prefix'),
    literal: [...labels, ...headers.map(literal)].join('').length,
  };
}

function literal(condition: StringCondition): string {
  return condition.kind === 'exact' || condition.kind === 'prefix' ? condition.value : '';
}
