import { utf8Length } from '../k8s/canonical.ts';
import { regexSize } from './regex-size.ts';

/** Istio refuses longer patterns (`pkg/config/validation`, validateStringRegexp); the limit counts UTF-8 bytes. */
const MAX_REGEX_BYTES = 1024;
/** Instructions of the compiled program. Measured; see docs/adr/0016-regexes-are-bounded-before-they-are-compiled.md. */
export const MAX_REGEX_SIZE = 1100;
export const MAX_REGEX_DEPTH = 32;

/** Escapes that mean the same to Go, which istiod checks with, and to Envoy's RE2. */
const ESCAPE =
  /\\(?:x\{0{0,6}[0-9A-Fa-f]{1,2}\}|x[0-9A-Fa-f]{2}|[ABDEQSWabdfnrstvwz]|[^0-9A-Za-z])|[^\\]/gy;

export function regexLengthProblem(pattern: string): string | undefined {
  // No character has less than a byte.
  const isTooLong = pattern.length > MAX_REGEX_BYTES || utf8Length(pattern) > MAX_REGEX_BYTES;
  return isTooLong ? `must not be longer than ${MAX_REGEX_BYTES} bytes` : undefined;
}

/**
 * Why an expression is not compiled here, whoever wrote it, or undefined. Nothing is known of what it matches then.
 * Takes linear time, and no longer for one that is longer than Istio takes.
 */
export function regexBoundProblem(pattern: string): string | undefined {
  const length = regexLengthProblem(pattern);
  if (length !== undefined) return length;
  const { size, depth } = regexSize(pattern);
  if (depth > MAX_REGEX_DEPTH) {
    return `must not nest more than ${MAX_REGEX_DEPTH} groups: take some parentheses out`;
  }
  if (size > MAX_REGEX_SIZE) {
    return `is too costly for every proxy: its repetitions make some ${size} steps of it, at most ${MAX_REGEX_SIZE} are allowed; write * or + instead of large counts in braces`;
  }
  return undefined;
}

/** How much of a sum of bounds an expression takes; one that is too long for Istio takes nothing, as nobody compiles it. */
export function regexWeight(pattern: string): number {
  return regexLengthProblem(pattern) === undefined ? regexSize(pattern).size : 0;
}

/**
 * Why a regex must not get into a route by our doing, or undefined. istiod checks regexes with Go, by characters; Envoy then
 * compiles them with RE2 for Latin-1 and, where that fails, refuses all routes of the port. So: within the bounds, and nothing
 * that the two read differently. Whether it is an expression at all is another question (`regexProblem`).
 * Source: `Regex::CompiledGoogleReMatcher` in Envoy's `source/common/common/regex.cc`; found with a real one (test/mesh/accepts).
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
  return `has "${odd}", which not every proxy reads as meant (Unicode classes, backreferences, octal escapes and those above \\xff): name the ASCII characters themselves, as in [0-9A-Za-z]`;
}

function firstOddEscape(pattern: string): string | undefined {
  let end = 0;
  for (const [token] of pattern.matchAll(ESCAPE)) end += token.length;
  return end === pattern.length
    ? undefined
    : /^\\(?:[pPx]\{[^}]*\}?|.?.?)/s.exec(pattern.slice(end))?.[0];
}
