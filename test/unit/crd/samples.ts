type Json = Record<string, unknown>;

/** The smallest valid DynamicEnv, with parts of its spec replaced. */
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

/** One whose only subset is the given one; name, namespace and containers may be left out. */
export function withSubset(subset: Json): Json {
  const whole = { name: 'backend', namespace: 'shop', containers: [{ image: 'x' }], ...subset };
  return dynamicEnv({ subsets: [whole] });
}

/** One whose only override is the given one. */
export function withOverride(override: Json): Json {
  return withSubset({ containers: [override] });
}

/** One whose only match is the given one. */
export function withMatch(match: Json): Json {
  return dynamicEnv({ istioMatches: [match] });
}

/** A list of so many items. */
export function many<T>(count: number, item: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

/** A map of so many keys. */
export function manyKeys<T>(count: number, value: T): Record<string, T> {
  return Object.fromEntries(many(count, (index) => [`key-${index}`, value]));
}
