import { stringCovers } from '../istio/cover.ts';
import { matchesString, stringCondition } from '../istio/string-match.ts';
import type { StringMatch } from '../istio/types.ts';

/**
 * True only if no value provably satisfies both: no request can ever meet them together.
 *
 *     a \ b    exact                   prefix                          regex
 *     exact    unless equal            unless it starts so             unless it matches
 *     prefix   unless it starts so     unless one starts the other     no
 *     regex    unless it matches       no                              no
 */
export function areDisjoint(a: StringMatch, b: StringMatch): boolean {
  const [one, other] = [stringCondition(a), stringCondition(b)];
  if (one.kind === 'exact') return !matchesString(b, one.value);
  if (other.kind === 'exact') return !matchesString(a, other.value);
  if (one.kind !== 'prefix' || other.kind !== 'prefix') return false;
  return !one.value.startsWith(other.value) && !other.value.startsWith(one.value);
}

/** True only if each value that satisfies `wanted` is provably one that `unwanted` keeps out. */
export function isKeptOut(wanted: StringMatch, unwanted: StringMatch): boolean {
  return stringCovers(unwanted, wanted);
}
