import { regexWeight } from '../../istio/regex-bounds.ts';
import type { HTTPMatchRequest, HTTPRoute, StringMatch } from '../../istio/types.ts';

/** Instructions of all regexes of one VirtualService that are compiled here: some 50 ms. */
const MAX_TOLD_SIZE = 16_384;

/**
 * Is a regex of the user's routes among those that are compiled to judge it? The first ones are, as far as the bound for all
 * together goes. It depends on the user's routes alone, so that sync and admission come to the same plan. Counted when first asked.
 */
export function compiledRegexes(http: readonly HTTPRoute[]): (pattern: string) => boolean {
  let untold: ReadonlySet<string> | undefined;
  return (pattern) => {
    untold ??= regexesBeyondBound(http);
    return !untold.has(pattern);
  };
}

function regexesBeyondBound(http: readonly HTTPRoute[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const untold = new Set<string>();
  let total = 0;
  for (const pattern of regexesOf(http)) {
    if (seen.has(pattern)) continue;
    seen.add(pattern);
    total += regexWeight(pattern);
    if (total > MAX_TOLD_SIZE) untold.add(pattern);
  }
  return untold;
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
