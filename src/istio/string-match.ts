import { regexSyntaxProblem, regexVerdict } from './compiled-regexes.ts';
import { regexLengthProblem } from './regex-bounds.ts';
import type { StringMatch } from './types.ts';

/** What a StringMatch asks for, as one value. `present`: any value will do, there only has to be one. */
export type StringCondition =
  | { kind: 'exact' | 'prefix' | 'regex'; value: string }
  | { kind: 'present' };

/**
 * Read a StringMatch. An empty one (`{}`, or null from careless YAML) asks for presence only, and so does the regex `*`,
 * which is no RE2 expression but Istio's own sign for it (`canBeConvertedToPresentMatch` in route.go).
 * When several fields are set, which the CRD refuses, the first of exact, prefix, regex counts.
 */
export function stringCondition(match: StringMatch | null | undefined): StringCondition {
  if (typeof match?.exact === 'string') return { kind: 'exact', value: match.exact };
  if (typeof match?.prefix === 'string') return { kind: 'prefix', value: match.prefix };
  if (typeof match?.regex !== 'string' || match.regex === '*') return { kind: 'present' };
  return { kind: 'regex', value: match.regex };
}

/** So many steps a proof may take: some 5 ms. A value that somebody sent may take any number. */
const MAX_PROOF_STEPS = 65_536;

/**
 * Does `value` satisfy the match, as Envoy compares them: byte by byte of their UTF-8? `undefined` (no such header, no such
 * parameter) satisfies nothing. A regex has to match the whole value, as Envoy's safe_regex does.
 * Undefined: that cannot be told of this regex. Istio or Envoy would refuse it, or it is too costly to try.
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
    // Texts that are well-formed are equal, or begin alike, just when their bytes do.
    case 'exact':
      return value === condition.value;
    case 'prefix':
      return value.startsWith(condition.value);
    case 'regex':
      return regexVerdict(condition.value, value, maxSteps);
  }
}

/** True only if the value provably satisfies the match; nothing is proved by trying for long. */
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
 * Why Istio would refuse this regex, or undefined: it would take it, or that is not asked, since to compile it costs too much.
 * Source: validateStringRegexp in istio `pkg/config/validation/validation.go`.
 */
export function regexProblem(pattern: string): string | undefined {
  if (pattern === '') return 'must not be empty';
  const length = regexLengthProblem(pattern);
  if (length !== undefined) return length;
  const problem = regexSyntaxProblem(pattern);
  return problem === undefined ? undefined : `is no RE2 expression: ${problem}`;
}
