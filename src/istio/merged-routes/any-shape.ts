import { isMap } from '../../k8s/json-map.ts';

/** Readers for values of any shape. */

export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function texts(value: unknown): string[] {
  return items(value).filter((one) => typeof one === 'string');
}

export function member(value: unknown, name: string): unknown {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The match entries of routes, each with its field below `above`. */
export function* matchesOf(
  routes: unknown,
  above: string,
): Generator<{ match: unknown; field: string }> {
  for (const [i, route] of items(routes).entries()) {
    for (const [j, match] of items(member(route, 'match')).entries()) {
      yield { match, field: `${above}[${i}].match[${j}]` };
    }
  }
}
