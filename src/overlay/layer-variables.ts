import { byText, jsonEqual } from '../k8s/canonical.ts';
import { referencesIn } from '../k8s/variable-references.ts';
import type { Container, EnvVar } from '../k8s/workload.ts';
import type { Layered, LayeredVariable } from './types.ts';
import { mergeEnv } from './variable-order.ts';

/**
 * What the layers set or unset in a container: the variables that it declares (`own`: its entries; `declared`: by the annotation), and
 * those that these and `overrides`, which come on top, refer to and that it does not have.
 */
export function touchedBy(
  own: ReadonlySet<string>,
  layered: Layered,
  declared: readonly string[],
  overrides: readonly EnvVar[],
): Map<string, LayeredVariable> {
  const touched = new Map<string, LayeredVariable>();
  const touch = (name: string) => {
    const variable = layered.get(name);
    // What has no entry cannot be removed.
    if (variable?.source || (variable && own.has(name))) touched.set(name, variable);
  };
  const asked = overrides.flatMap(({ value = '' }) => [...referencesIn(value)]);
  for (const name of [...own, ...declared, ...asked]) touch(name);
  // Iterating a Map also visits what is added meanwhile.
  for (const { source } of touched.values()) {
    if (source === undefined || !('value' in source)) continue;
    for (const name of referencesIn(source.value)) if (!touched.has(name)) touch(name);
  }
  return touched;
}

/**
 * New variables are in the order of their names, as far as references allow: the order of a layer's keys does not matter. What a layer
 * sets to what it is already stays where it is: moved, it would be resolved where the base does not resolve it.
 */
export function withLayers(
  env: readonly EnvVar[],
  touched: ReadonlyMap<string, Pick<LayeredVariable, 'name' | 'source'>>,
): EnvVar[] {
  const own = Map.groupBy(env, ({ name }) => name);
  const overrides = [...touched.values()]
    .flatMap(({ name, source }) => (source ? [{ name, ...source }] : []))
    .filter((one) => !isRestated(one, own.get(one.name)))
    .sort((a, b) => byText(a.name, b.name));
  const kept = env.filter(({ name }) => touched.get(name)?.source || !touched.has(name));
  return mergeEnv(kept, overrides);
}

function isRestated(wanted: EnvVar, own: readonly EnvVar[] = []): boolean {
  const [only, another] = own;
  return (
    only !== undefined &&
    another === undefined &&
    (only.value ?? '') === (wanted.value ?? '') &&
    jsonEqual(only.valueFrom, wanted.valueFrom)
  );
}

/** The API server stores no empty list. */
export function withEnv(
  { env: _env, ...container }: Container,
  env: readonly EnvVar[] = [],
): Container {
  return env.length === 0 ? container : { ...container, env: [...env] };
}
