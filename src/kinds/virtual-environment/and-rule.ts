import type { Headers, HTTPMatchRequest, HTTPRoute } from '../../istio/types.ts';

/**
 * A match entry that also has the conditions of the rule's. They have no field in common, except for headers: the rule
 * has conditions on other headers only.
 */
export function andRule(entry: HTTPMatchRequest, rule: HTTPRoute): HTTPMatchRequest {
  const base = rule.match?.[0] ?? {};
  const merged: HTTPMatchRequest = { ...base, ...entry };
  for (const field of ['headers', 'withoutHeaders'] as const) {
    if (base[field] && entry[field]) merged[field] = { ...base[field], ...entry[field] };
  }
  return merged;
}

/** The headers of a route, and the one that carries a value. No other operation concerns this header then. */
export function withHeaderSet(headers: Headers | undefined, name: string, value: string): Headers {
  const isOther = (other: string) => other.toLowerCase() !== name.toLowerCase();
  const { set = {}, add, remove } = headers?.request ?? {};
  const others = (operations: Record<string, string>) =>
    Object.fromEntries(Object.entries(operations).filter(([other]) => isOther(other)));
  return {
    ...headers,
    request: {
      ...(add === undefined ? {} : { add: others(add) }),
      ...(remove === undefined ? {} : { remove: remove.filter(isOther) }),
      set: { ...others(set), [name]: value },
    },
  };
}
