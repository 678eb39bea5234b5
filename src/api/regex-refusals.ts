import type { Refusal } from '../crd/refusal.ts';
import { envoyRegexProblem, regexWeight } from '../istio/regex-bounds.ts';
import { isMap } from '../k8s/json-map.ts';

/** Maximum instructions of all compiled regexes of one env: every proxy compiles them for each route of the env. */
const MAX_ENV_REGEX_SIZE = 4096;
const MAX_CHARACTERS = 1024;
/** Maximum number of refusals: a spec may be large. */
const MAX_REPORTED = 8;

/**
 * Refusals for the regexes of a spec's matches that must not reach a proxy. No regex is compiled here. The spec may
 * have any shape.
 * `place`: path of the list of matches, such as `spec.istioMatches`. Each refusal has the path of its regex.
 */
export function regexRefusals(matches: unknown, place: string): Refusal[] {
  const refusals: Refusal[] = [];
  let total = 0;
  for (const { index, name, regex } of regexesOf(matches)) {
    const message = envoyRegexProblem(regex);
    const path = `${place}[${index}].headers[${name}].regex`;
    if (message !== undefined) refusals.push({ reason: 'Invalid', path, message });
    else total += regexWeight(regex);
    if (refusals.length >= MAX_REPORTED) return refusals;
  }
  if (refusals.length === 0 && total > MAX_ENV_REGEX_SIZE) {
    const message = `its regexes are too costly for every proxy: together they compile to about ${total} steps, and at most ${MAX_ENV_REGEX_SIZE} are allowed; use exact or prefix, or shorter regexes`;
    refusals.push({ reason: 'Invalid', path: place, message });
  }
  return refusals;
}

/** Most matches have none. */
function regexesOf(matches: unknown): { index: number; name: string; regex: string }[] {
  const found: { index: number; name: string; regex: string }[] = [];
  if (!Array.isArray(matches)) return found;
  matches.forEach((match: unknown, index) => {
    const headers = memberOf(match, 'headers');
    if (!isMap(headers)) return;
    for (const name of Object.keys(headers)) {
      const regex = memberOf(headers[name], 'regex');
      if (isJudged(regex)) found.push({ index, name, regex });
    }
  });
  return found;
}

/** The same matches with a short valid regex in place of each one, so that the rest of the spec can be validated. */
export function withoutRegexes(matches: unknown): unknown {
  if (!Array.isArray(matches)) return matches;
  return matches.map((match) => {
    const headers = memberOf(match, 'headers');
    if (headers === undefined) return match;
    const plain = members(headers).map(([name, value]) => [
      name,
      isJudged(memberOf(value, 'regex')) ? { ...(value as object), regex: 'x' } : value,
    ]);
    return { ...(match as object), headers: Object.fromEntries(plain) };
  });
}

/** A longer regex is refused by the schema, before any rule compiles it. */
function isJudged(regex: unknown): regex is string {
  if (typeof regex !== 'string' || regex.length > 2 * MAX_CHARACTERS) return false;
  return [...regex].length <= MAX_CHARACTERS;
}

function members(value: unknown): [string, unknown][] {
  return isMap(value) ? Object.entries(value) : [];
}

function memberOf(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
