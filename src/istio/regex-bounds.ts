import { utf8Length } from '../k8s/canonical.ts';
import { regexSize } from './regex-size.ts';

/** Istio refuses longer patterns (`pkg/config/validation`, validateStringRegexp). The limit counts UTF-8 bytes. */
const MAX_REGEX_BYTES = 1024;
/**
 * Maximum instructions of the compiled program. Measured; see
 * docs/adr/0016-regexes-are-bounded-before-they-are-compiled.md.
 */
export const MAX_REGEX_SIZE = 1100;
export const MAX_REGEX_DEPTH = 32;

/** Escapes that have the same meaning in Go (used by istiod's validation) and in Envoy's RE2. */
const ESCAPE =
  /\\(?:x\{0{0,6}[0-9A-Fa-f]{1,2}\}|x[0-9A-Fa-f]{2}|[ABDEQSWabdfnrstvwz]|[^0-9A-Za-z])|[^\\]/gy;

export function regexLengthProblem(pattern: string): string | undefined {
  // Every character has at least one byte.
  const isTooLong = pattern.length > MAX_REGEX_BYTES || utf8Length(pattern) > MAX_REGEX_BYTES;
  return isTooLong ? `must not be longer than ${MAX_REGEX_BYTES} bytes` : undefined;
}

/**
 * Why an expression is not compiled here, whoever wrote it; undefined when it may be. If it is not compiled, nothing is
 * known about what it matches.
 * Takes linear time, and constant time for a pattern that exceeds Istio's limit.
 */
export function regexBoundProblem(pattern: string): string | undefined {
  const length = regexLengthProblem(pattern);
  if (length !== undefined) return length;
  const { size, depth } = regexSize(pattern);
  if (depth > MAX_REGEX_DEPTH) {
    return `must not nest more than ${MAX_REGEX_DEPTH} groups: take some parentheses out`;
  }
  if (size > MAX_REGEX_SIZE) {
    return `is too costly for every proxy: its repetitions expand to about ${size} steps, and at most ${MAX_REGEX_SIZE} are allowed; write * or + instead of large counts in braces`;
  }
  return undefined;
}

/**
 * The size that an expression adds to the total of an env. A pattern that is too long for Istio counts as 0: it is
 * never compiled.
 */
export function regexWeight(pattern: string): number {
  return regexLengthProblem(pattern) === undefined ? regexSize(pattern).size : 0;
}

/**
 * Why this system must not put a regex into a route; undefined when it may. istiod validates regexes with Go, by
 * characters. Envoy then compiles them with RE2 for Latin-1. If that fails, Envoy refuses all routes of the port. So a
 * regex must be within the bounds, and Go and RE2 must read it in the same way. `regexProblem` checks whether it is a
 * valid expression at all.
 * Source: `Regex::CompiledGoogleReMatcher` in Envoy's `source/common/common/regex.cc`; found with a real Envoy
 * (test/mesh/accepts).
 */
export function envoyRegexProblem(pattern: string): string | undefined {
  const length = regexLengthProblem(pattern);
  if (length !== undefined) return length;
  if (!/^[\x20-\x7e]*$/.test(pattern)) {
    return 'must consist of printable ASCII characters: proxies compare bytes, not characters; write . for each byte of any other character';
  }
  const bound = regexBoundProblem(pattern);
  if (bound !== undefined) return bound;
  const odd = firstOddEscape(pattern);
  if (odd === undefined) return undefined;
  return `has "${odd}", which proxies may read differently (Unicode classes, backreferences, octal escapes and those above \\xff): name the ASCII characters themselves, as in [0-9A-Za-z]`;
}

function firstOddEscape(pattern: string): string | undefined {
  let end = 0;
  for (const [token] of pattern.matchAll(ESCAPE)) end += token.length;
  return end === pattern.length
    ? undefined
    : /^\\(?:[pPx]\{[^}]*\}?|.?.?)/s.exec(pattern.slice(end))?.[0];
}
