type Json = Record<string, unknown>;

/** The smallest valid DynamicEnv, with these fields of its spec replaced. */
export function dynamicEnv(spec: Json = {}): Json {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: 'my-env' },
    spec: {
      istioMatches: [{ headers: { user: { exact: 'me' } } }],
      subsets: [{ name: 'backend', namespace: 'shop', containers: [{ image: 'backend:test' }] }],
      ...spec,
    },
  };
}

/** A DynamicEnv with this single subset. Name, namespace and containers have defaults. */
export function withSubset(subset: Json): Json {
  const whole = { name: 'backend', namespace: 'shop', containers: [{ image: 'x' }], ...subset };
  return dynamicEnv({ subsets: [whole] });
}

/** A DynamicEnv with a single override. */
export function withOverride(override: Json): Json {
  return withSubset({ containers: [override] });
}

/** A DynamicEnv with a single match. */
export function withMatch(match: Json): Json {
  return dynamicEnv({ istioMatches: [match] });
}

/** A list with this number of items. */
export function many<T>(count: number, item: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

/** A map with this number of keys. */
export function manyKeys<T>(count: number, value: T): Record<string, T> {
  return Object.fromEntries(many(count, (index) => [`key-${index}`, value]));
}
