import { byText, jsonEqual } from '../k8s/canonical.ts';
import { referencesIn } from '../k8s/variable-references.ts';
import type { Container, EnvVar } from '../k8s/workload.ts';
import { causes } from './causes.ts';
import { type Containers, declaresAnnotated, hasEnvFrom } from './declared.ts';
import { type EffectiveValues, evaluator } from './effective-values.ts';
import type { Difference, Layered, LayeredVariable } from './types.ts';
import { mergeEnv } from './variable-order.ts';

export interface Overlaid {
  containers: Container[];
  /** Absent if the pod template has none. */
  initContainers?: Container[];
  /** Containers first, then init containers; in each sorted by the variable. Empty: all containers are the same objects as before. */
  differences: Difference[];
  warnings: string[];
}

/**
 * A pod template's containers with what the layers say about the variables that they declare: by an `env` entry, or by the annotation
 * (`declared`). A container in which no declared variable gets another effective value is answered as it is, so its pods
 * need not restart.
 */
export function overlayContainers(
  { containers, initContainers }: Containers,
  layered: Layered,
  declared: readonly string[],
): Overlaid {
  const annotated = declaresAnnotated({ containers, initContainers });
  const values = evaluator();
  // An annotation may have thousands of names, and a pod as many containers.
  const known = declared.filter((name) => layered.has(name));
  const overlay = (container: Container) =>
    overlayContainer(container, layered, annotated.has(container) ? known : [], values);
  const main = containers.map(overlay);
  const init = initContainers?.map(overlay);
  const all = [...main, ...(init ?? [])];
  return {
    containers: main.map(({ container }) => container),
    ...(init && { initContainers: init.map(({ container }) => container) }),
    differences: all.flatMap(({ differences }) => differences),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

interface OverlaidContainer {
  container: Container;
  differences: Difference[];
  warnings: string[];
}

function overlayContainer(
  container: Container,
  layered: Layered,
  declared: readonly string[],
  values: (env: readonly EnvVar[]) => EffectiveValues,
): OverlaidContainer {
  const env = container.env ?? [];
  const own = new Set(env.map(({ name }) => name));
  const touched = touchedBy(own, layered, declared);
  const warnings = declared.flatMap((name) => notRemoved(container, own, layered.get(name)));
  if (touched.size === 0) return { container, differences: [], warnings };
  const overlaid = withLayers(env, touched);
  const before = values(env);
  const after = values(overlaid);
  const isChanged = (name: string) => before.get(name) !== after.get(name);
  const changed = [...new Set([...own, ...declared])].filter(isChanged).sort(byText);
  if (changed.length === 0) return { container, differences: [], warnings };
  const layers = causes(overlaid, touched, isChanged);
  return {
    container: withEnv(container, overlaid),
    differences: changed.map((variable) => ({
      container: container.name,
      variable,
      layer: layers.get(variable) ?? '',
    })),
    warnings,
  };
}

/** The API server stores no empty list. */
function withEnv({ env: _env, ...container }: Container, env: EnvVar[]): Container {
  return env.length === 0 ? container : { ...container, env };
}

/**
 * What the layers set or unset in a container: the variables that it declares, and those that these refer to and that it does not have.
 */
function touchedBy(
  own: ReadonlySet<string>,
  layered: Layered,
  declared: readonly string[],
): Map<string, LayeredVariable> {
  const touched = new Map<string, LayeredVariable>();
  const touch = (name: string) => {
    const variable = layered.get(name);
    // What has no entry cannot be removed.
    if (variable?.source || (variable && own.has(name))) touched.set(name, variable);
  };
  for (const name of own) touch(name);
  for (const name of declared) touch(name);
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
function withLayers(
  env: readonly EnvVar[],
  touched: ReadonlyMap<string, LayeredVariable>,
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

/** Why a variable that the annotation declares may still be set although the layers unset it. */
function notRemoved(
  container: Container,
  own: ReadonlySet<string>,
  variable: LayeredVariable | undefined,
): string[] {
  if (variable === undefined || variable.source) return [];
  const { name, layer } = variable;
  const start = `container ${container.name}: "${layer}" unsets ${name}, but`;
  if (hasEnvFrom(container)) {
    return [`${start} what comes by envFrom cannot be removed; set it to another value instead`];
  }
  return own.has(name) ? [] : [`${start} env has no entry of it that could be removed`];
}
