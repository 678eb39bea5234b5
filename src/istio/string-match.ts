import { regexSyntaxProblem, regexVerdict } from './compiled-regexes.ts';
import { regexLengthProblem } from './regex-bounds.ts';
import type { StringMatch } from './types.ts';

/** A StringMatch as one value. `present`: any value matches. */
export type StringCondition =
  | { kind: 'exact' | 'prefix' | 'regex'; value: string }
  | { kind: 'present' };

/**
 * Reads a StringMatch. An empty one (`{}`, or null) requires presence only. So does the regex `*`: it is no RE2
 * expression but Istio's own notation (`canBeConvertedToPresentMatch` in route.go).
 * When several fields are set, which the CRD refuses, the first of exact, prefix, regex applies.
 */
export function stringCondition(match: StringMatch | null | undefined): StringCondition {
  if (typeof match?.exact === 'string') return { kind: 'exact', value: match.exact };
  if (typeof match?.prefix === 'string') return { kind: 'prefix', value: match.prefix };
  if (typeof match?.regex !== 'string' || match.regex === '*') return { kind: 'present' };
  return { kind: 'regex', value: match.regex };
}

/** Maximum steps of a proof: about 5 ms. There is no maximum for the value of a real request. */
const MAX_PROOF_STEPS = 65_536;

/**
 * Does `value` satisfy the match, as Envoy compares them (the bytes of their UTF-8)? A `value` of undefined (no such
 * header, no such parameter) satisfies nothing. A regex must match the whole value, as Envoy's safe_regex does.
 * Returns undefined when the result of a regex is unknown: Istio or Envoy would refuse it, or it takes too many steps.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto
 */
export function stringVerdict(
  match: StringMatch | null | undefined,
  value: string | undefined,
  maxSteps = Number.POSITIVE_INFINITY,
): boolean | undefined {
  if (value === undefined) return false;
  const condition = stringCondition(match);
  switch (condition.kind) {
    case 'present':
      return true;
    // Well-formed texts are equal, or have the same prefix, exactly when their bytes do.
    case 'exact':
      return value === condition.value;
    case 'prefix':
      return value.startsWith(condition.value);
    case 'regex':
      return regexVerdict(condition.value, value, maxSteps);
  }
}

/** True only if the value provably satisfies the match. A regex that takes too many steps proves nothing. */
export function matchesString(
  match: StringMatch | null | undefined,
  value: string | undefined,
): boolean {
  return stringVerdict(match, value, MAX_PROOF_STEPS) === true;
}

/** True only if the value provably does not satisfy the match. */
export function failsString(match: StringMatch | null | undefined, value: string): boolean {
  return stringVerdict(match, value, MAX_PROOF_STEPS) === false;
}

/**
 * Why Istio would refuse this regex. Undefined when Istio accepts it, or when compiling it would cost too much to know.
 * Source: validateStringRegexp in istio `pkg/config/validation/validation.go`.
 */
export function regexProblem(pattern: string): string | undefined {
  if (pattern === '') return 'must not be empty';
  const length = regexLengthProblem(pattern);
  if (length !== undefined) return length;
  const problem = regexSyntaxProblem(pattern);
  return problem === undefined ? undefined : `is no RE2 expression: ${problem}`;
}
