import { RE2JS } from 're2js';
import type { StringMatch } from './types.ts';

/** What a StringMatch asks for, as one value. `present`: any value will do, there only has to be one. */
export type StringCondition =
  | { kind: 'exact' | 'prefix' | 'regex'; value: string }
  | { kind: 'present' };

/** Istio refuses longer patterns (`pkg/config/validation`, validateStringRegexp); the limit counts UTF-8 bytes. */
const MAX_REGEX_BYTES = 1024;
const CACHE_SIZE = 512;
const compiled = new Map<string, RE2JS | Error>();

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

/**
 * Does `value` satisfy the match? `undefined` (no such header, no such parameter) satisfies nothing.
 * A regex has to match the whole value, as Envoy's safe_regex does; an invalid one matches nothing.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto
 */
export function matchesString(
  match: StringMatch | null | undefined,
  value: string | undefined,
): boolean {
  if (value === undefined) return false;
  const condition = stringCondition(match);
  switch (condition.kind) {
    case 'present':
      return true;
    case 'exact':
      return value === condition.value;
    case 'prefix':
      return value.startsWith(condition.value);
    case 'regex':
      return regexMatches(condition.value, value);
  }
}

/**
 * Why Istio would refuse this regex, or undefined when it would take it.
 * Source: validateStringRegexp in istio `pkg/config/validation/validation.go`.
 */
export function regexProblem(pattern: string): string | undefined {
  if (pattern === '') return 'must not be empty';
  if (new TextEncoder().encode(pattern).length > MAX_REGEX_BYTES) {
    return `must not be longer than ${MAX_REGEX_BYTES} bytes`;
  }
  const regex = compile(pattern);
  return regex instanceof Error ? `is no RE2 expression: ${regex.message}` : undefined;
}

function regexMatches(pattern: string, value: string): boolean {
  const regex = compile(pattern);
  return !(regex instanceof Error) && regex.matches(value);
}

/** Compiling is slow and the same few patterns come back with every request; the oldest one goes when it is full. */
function compile(pattern: string): RE2JS | Error {
  const known = compiled.get(pattern);
  if (known) return known;
  const fresh = tryCompile(pattern);
  const [oldest] = compiled.keys();
  if (oldest !== undefined && compiled.size >= CACHE_SIZE) compiled.delete(oldest);
  compiled.set(pattern, fresh);
  return fresh;
}

function tryCompile(pattern: string): RE2JS | Error {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
