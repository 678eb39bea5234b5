import { headerKey } from './header-name.ts';
import { matchesString, stringCondition } from './string-match.ts';
import type { StringMatch } from './types.ts';

/** The part of a match that envs add: conditions on headers and on the caller's labels, all ANDed. */
export interface HeaderAndSourceMatch {
  headers?: Readonly<Record<string, StringMatch>>;
  sourceLabels?: Readonly<Record<string, string>>;
}

/**
 * True only if every request that satisfies `b` provably satisfies `a` too. Then a route with `b` that comes after a
 * route with `a` never gets a request. False means "not proven": two regexes are compared only by their text, and a
 * prefix never counts as satisfying a regex.
 */
export function covers(a: HeaderAndSourceMatch, b: HeaderAndSourceMatch): boolean {
  return labelsCover(a.sourceLabels ?? {}, b.sourceLabels ?? {}) && headersCover(a, b);
}

/**
 * The same as `covers`, for the condition on one header.
 *
 *     a \ b     exact            prefix           regex        present
 *     present   yes              yes              yes          yes
 *     exact     if equal         no               no           no
 *     prefix    if it starts so  if it starts so  no           no
 *     regex     if it matches    no               if the same  no
 */
export function stringCovers(a: StringMatch, b: StringMatch): boolean {
  const wide = stringCondition(a);
  const narrow = stringCondition(b);
  if (wide.kind === 'present') return true;
  if (narrow.kind === 'present') return false;
  if (narrow.kind === 'exact') return matchesString(a, narrow.value);
  if (wide.kind !== narrow.kind) return false;
  return wide.kind === 'prefix' ? narrow.value.startsWith(wide.value) : wide.value === narrow.value;
}

/**
 * For each condition of `a`, a condition of `b` on the same header must imply it. `b` may name a header in two
 * spellings.
 */
function headersCover(a: HeaderAndSourceMatch, b: HeaderAndSourceMatch): boolean {
  const narrow = Object.entries(b.headers ?? {});
  return Object.entries(a.headers ?? {}).every(([name, wide]) =>
    narrow.some(
      ([other, match]) => headerKey(other) === headerKey(name) && stringCovers(wide, match),
    ),
  );
}

function labelsCover(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(a).every(([key, value]) => Object.hasOwn(b, key) && b[key] === value);
}
