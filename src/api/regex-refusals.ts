import type { Refusal } from '../crd/refusal.ts';
import { envoyRegexProblem, regexWeight } from '../istio/regex-bounds.ts';
import { isMap } from '../k8s/json-map.ts';
import { memberRegexes } from './member-regex.ts';

/**
 * Maximum instructions of all compiled regexes of one env's matches: every proxy compiles them for each route of the env. Those of a ref
 * do not count: their size is bounded by the ref's length.
 */
const MAX_ENV_REGEX_SIZE = 4096;
const MAX_CHARACTERS = 1024;
/** Maximum number of refusals: a spec may be large. */
const MAX_REPORTED = 8;

/** The fields of a match with values that may be regexes. */
const FIELDS = ['headers', 'queryParams'] as const;

/**
 * Refusals for the regexes of a spec's matches that must not reach a proxy. No regex is compiled here. The spec may
 * have any shape.
 * `place`: path of the list of matches, such as `spec.istioMatches`. Each refusal has the path of its regex.
 */
export function regexRefusals(matches: unknown, place: string): Refusal[] {
  const refusals: Refusal[] = [];
  let total = 0;
  for (const { path, regex } of regexesOf(matches)) {
    const message = envoyRegexProblem(regex);
    if (message !== undefined) {
      refusals.push({ reason: 'Invalid', path: `${place}${path}`, message });
    } else total += regexWeight(regex);
    if (refusals.length >= MAX_REPORTED) return refusals;
  }
  if (refusals.length > 0) return refusals;
  const ofMembers = memberWeight(matches, MAX_ENV_REGEX_SIZE - total);
  if (total + ofMembers <= MAX_ENV_REGEX_SIZE) return [];
  const message = tooCostly(total, ofMembers);
  return [{ reason: 'Invalid', path: place, message }];
}

function tooCostly(ofRegexes: number, ofMembers: number): string {
  const total = `together they compile to at least ${ofRegexes + ofMembers} steps, and at most ${MAX_ENV_REGEX_SIZE} are allowed`;
  return ofMembers === 0
    ? `its regexes are too costly for every proxy: ${total}; use exact or prefix, or shorter regexes`
    : `its regexes, cookies and baggage members are too costly for every proxy: ${total} (cookies and baggage members become regexes of at least ${ofMembers} steps); use fewer of them, or shorter values`;
}

/**
 * Steps of the regexes that cookies and baggage members become. The schema refuses those of another shape. Once they are more than
 * `room`, the remaining matches do not count: a body of large members would take seconds.
 */
function memberWeight(matches: unknown, room: number): number {
  if (!Array.isArray(matches)) return 0;
  let weight = 0;
  for (const match of matches) {
    if (weight > room) break;
    const cookie = memberOf(match, 'cookie');
    const baggage = memberOf(match, 'baggage');
    if (cookie === undefined && baggage === undefined) continue;
    const members = {
      ...(isPair(cookie, 'name') && { cookie }),
      ...(isPair(baggage, 'key') && { baggage }),
    };
    for (const { regex = '' } of Object.values(memberRegexes(members)))
      weight += regexWeight(regex);
  }
  return weight;
}

function isPair<K extends 'name' | 'key'>(
  value: unknown,
  key: K,
): value is Record<K | 'exact', string> {
  return [key, 'exact'].every((one) => {
    const text = memberOf(value, one);
    return typeof text === 'string' && text.length <= MAX_CHARACTERS;
  });
}

/** Most matches have none. `path`: behind the list's own. */
function regexesOf(matches: unknown): { path: string; regex: string }[] {
  const found: { path: string; regex: string }[] = [];
  if (!Array.isArray(matches)) return found;
  matches.forEach((match: unknown, index) => {
    for (const field of FIELDS) {
      const values = memberOf(match, field);
      if (!isMap(values)) continue;
      for (const name of Object.keys(values)) {
        const regex = memberOf(values[name], 'regex');
        if (isJudged(regex)) found.push({ path: `[${index}].${field}[${name}].regex`, regex });
      }
    }
  });
  return found;
}

/** The same matches with a short valid regex in place of each one, so that the rest of the spec can be validated. */
export function withoutRegexes(matches: unknown): unknown {
  if (!Array.isArray(matches)) return matches;
  return matches.map((match) => {
    const plain = FIELDS.flatMap((field) => {
      const values = memberOf(match, field);
      return values === undefined ? [] : [[field, plainValues(values)] as const];
    });
    return plain.length === 0 ? match : { ...(match as object), ...Object.fromEntries(plain) };
  });
}

function plainValues(values: unknown): unknown {
  if (!isMap(values)) return values;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isJudged(memberOf(value, 'regex')) ? { ...(value as object), regex: 'x' } : value,
    ]),
  );
}

/** A longer regex is refused by the schema, before any rule compiles it. */
function isJudged(regex: unknown): regex is string {
  if (typeof regex !== 'string' || regex.length > 2 * MAX_CHARACTERS) return false;
  return [...regex].length <= MAX_CHARACTERS;
}

function memberOf(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
