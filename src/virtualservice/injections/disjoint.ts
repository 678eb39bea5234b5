import { stringCovers } from '../../istio/cover.ts';
import { failsString, stringCondition } from '../../istio/string-match.ts';
import type { StringMatch } from '../../istio/types.ts';

/**
 * True only if it is certain that no value satisfies both conditions.
 *
 *     a \ b    exact                   prefix                          regex
 *     exact    unless equal            unless it starts so             if it provably does not match
 *     prefix   unless it starts so     unless one starts the other     no
 *     regex    likewise                no                              no
 */
export function areDisjoint(a: StringMatch, b: StringMatch): boolean {
  const [one, other] = [stringCondition(a), stringCondition(b)];
  if (one.kind === 'exact') return failsString(b, one.value);
  if (other.kind === 'exact') return failsString(a, other.value);
  if (one.kind !== 'prefix' || other.kind !== 'prefix') return false;
  return !one.value.startsWith(other.value) && !other.value.startsWith(one.value);
}

/** True only if it is certain that every value that satisfies `wanted` satisfies `unwanted`, too, and so is excluded. */
export function isKeptOut(wanted: StringMatch, unwanted: StringMatch): boolean {
  return stringCovers(unwanted, wanted);
}
