import { regexWeight } from '../../istio/regex-bounds.ts';
import type { HTTPMatchRequest, HTTPRoute, StringMatch } from '../../istio/types.ts';

/** Most instructions of all regexes of one VirtualService that are compiled: takes about 50 ms. */
const MAX_COMPILED_SIZE = 16_384;

/**
 * Is a regex of the user's routes compiled, so that values can be compared with it? The first ones are, until their sizes reach the
 * bound. This depends on the user's routes alone, so that sync and admission compute the same plan. Computed at the first call.
 */
export function compiledRegexes(http: readonly HTTPRoute[]): (pattern: string) => boolean {
  let beyond: ReadonlySet<string> | undefined;
  return (pattern) => {
    beyond ??= regexesBeyondBound(http);
    return !beyond.has(pattern);
  };
}

function regexesBeyondBound(http: readonly HTTPRoute[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const beyond = new Set<string>();
  let total = 0;
  for (const pattern of regexesOf(http)) {
    if (seen.has(pattern)) continue;
    seen.add(pattern);
    total += regexWeight(pattern);
    if (total > MAX_COMPILED_SIZE) beyond.add(pattern);
  }
  return beyond;
}

function* regexesOf(http: readonly HTTPRoute[]): Generator<string> {
  for (const { match } of http) {
    for (const entry of match ?? []) {
      for (const condition of conditionsOf(entry)) {
        if (typeof condition?.regex === 'string') yield condition.regex;
      }
    }
  }
}

function conditionsOf(entry: HTTPMatchRequest): (StringMatch | null | undefined)[] {
  const { uri, scheme, method, authority, headers, withoutHeaders, queryParams } = entry ?? {};
  const maps = [headers, withoutHeaders, queryParams].flatMap((map) => Object.values(map ?? {}));
  return [uri, scheme, method, authority, ...maps];
}
