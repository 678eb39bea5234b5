import { isMap } from '../../k8s/json-map.ts';
import { memoizedByText } from '../../k8s/memoize.ts';
import { envoyRegexProblem, regexWeight } from '../regex-bounds.ts';
import { regexProblem } from '../string-match.ts';
import type { HTTPMatchRequest, HTTPRoute, StringMatch } from '../types.ts';
import type { Findings } from './findings.ts';
import type { HttpRoute } from './http-types.ts';

/**
 * Maximum instructions of all compiled regexes of one merge, each pattern counted once. It is the limit for the matches
 * of one DynamicEnv. Compiling so many takes about 15 ms.
 */
const MAX_PATCH_REGEX_SIZE = 4096;

interface Place {
  field: string;
  regex: string;
}

/**
 * Reports the regexes that istiod or Envoy would refuse. Nothing is compiled before all sizes are known and within the
 * limit.
 */
export function checkRegexes(http: readonly HTTPRoute[], findings: Findings): void {
  const { report } = findings;
  const distinct = new Map<string, string>();
  for (const { field, regex } of placesIn(http as readonly HttpRoute[])) {
    if (findings.isFull()) return;
    if (distinct.has(regex)) continue;
    distinct.set(regex, field);
    report(field, regex === '' ? 'must not be empty' : envoyRegexProblem(regex));
  }
  if (findings.problems.length > 0) return;
  const total = [...distinct.keys()].reduce((sum, regex) => sum + regexWeight(regex), 0);
  if (total > MAX_PATCH_REGEX_SIZE) {
    report('http', tooCostly(total));
    return;
  }
  for (const [regex, field] of distinct) report(field, regexProblem(regex));
}

/**
 * An upper bound of the instructions to which the regexes of a patch of any shape compile, without compiling them. 0 where
 * `checkRegexes` compiles none, because one patch may not have so many. Linear time.
 */
export function patchRegexWeight(patch: unknown): number {
  const distinct = new Set<string>();
  addRegexes(patch, distinct);
  let total = 0;
  for (const regex of distinct) {
    total += weightOf(regex);
    if (total > MAX_PATCH_REGEX_SIZE) return 0;
  }
  return total;
}

/** The same merges come with every call. */
const weightOf = memoizedByText({ size: 1024, bytes: 2 ** 18 }, regexWeight);

/** Adds all texts that may be regexes, whatever the shape. */
function addRegexes(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) addRegexes(item, found);
  if (!isMap(value)) return;
  for (const key in value) {
    const inner = value[key];
    if (typeof inner === 'object') addRegexes(inner, found);
    else if (typeof inner === 'string' && (key === 'regex' || key === 'match')) found.add(inner);
  }
}

function tooCostly(total: number): string {
  return `the regexes are too costly for every proxy: together they compile to about ${total} steps, and at most ${MAX_PATCH_REGEX_SIZE} are allowed; use exact or prefix, or shorter regexes`;
}

function* placesIn(http: readonly HttpRoute[]): Generator<Place> {
  for (const [i, route] of http.entries()) {
    const above = `http[${i}]`;
    for (const [j, entry] of (route.match ?? []).entries())
      yield* inMatch(entry, `${above}.match[${j}]`);
    for (const [j, origin] of (route.corsPolicy?.allowOrigins ?? []).entries()) {
      yield* inString(origin, `${above}.corsPolicy.allowOrigins[${j}]`);
    }
    const regex = route.rewrite?.uriRegexRewrite?.match;
    if (regex !== undefined) yield { field: `${above}.rewrite.uriRegexRewrite.match`, regex };
  }
}

function* inMatch(entry: HTTPMatchRequest, above: string): Generator<Place> {
  for (const name of ['uri', 'scheme', 'method', 'authority'] as const) {
    yield* inString(entry[name], `${above}.${name}`);
  }
  for (const kind of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    for (const [name, condition] of Object.entries(entry[kind] ?? {})) {
      // Here `*` is no regex but Istio's notation for "is present".
      if (kind === 'withoutHeaders' && condition.regex === '*') continue;
      yield* inString(condition, `${above}.${kind}.${name}`);
    }
  }
}

function* inString(match: StringMatch | undefined, field: string): Generator<Place> {
  if (match?.regex !== undefined) yield { field: `${field}.regex`, regex: match.regex };
}
