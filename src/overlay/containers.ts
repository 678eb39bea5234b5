import { byText } from '../k8s/canonical.ts';
import type { Container, EnvVar } from '../k8s/workload.ts';
import { causes } from './causes.ts';
import { type Containers, declaresAnnotated, hasEnvFrom } from './declared.ts';
import { type EffectiveValues, evaluator } from './effective-values.ts';
import { touchedBy, withEnv, withLayers } from './layer-variables.ts';
import type { ContainerVariable, Difference, Layered, LayeredVariable } from './types.ts';
import { mergeEnv } from './variable-order.ts';

export interface Overlaid {
  containers: Container[];
  /** Absent if the pod template has none. */
  initContainers?: Container[];
  /**
   * What the layers change, also with the overrides on top. Containers first, then init containers; in each sorted by the variable.
   */
  differences: Difference[];
  /** What the layers would change, if the overrides did not decide it: variables that these set, and those that refer to them. */
  overridden: ContainerVariable[];
  warnings: string[];
}

/**
 * Variables that come on top of a container's later, as the spec lists them: each list is merged with what is there, one after the other.
 * They do not become part of the overlaid containers.
 */
export type OverridesOf = (container: Container) => readonly (readonly EnvVar[])[];

/**
 * A pod template's containers with what the layers say about the variables that they declare: by an `env` entry, or by the annotation
 * (`declared`). A container in which no declared variable gets another effective value is answered as it is (the same object), so its pods
 * need not restart.
 */
export function overlayContainers(
  { containers, initContainers }: Containers,
  layered: Layered,
  declared: readonly string[],
  overridesOf: OverridesOf = () => [],
): Overlaid {
  const annotated = declaresAnnotated({ containers, initContainers });
  const values = evaluator();
  // An annotation may have thousands of names, and a pod as many containers.
  const known = declared.filter((name) => layered.has(name));
  const overlay = (container: Container) =>
    overlayContainer(container, overridesOf(container), {
      layered,
      declared: annotated.has(container) ? known : [],
      values,
    });
  const main = containers.map(overlay);
  const init = initContainers?.map(overlay);
  const all = [...main, ...(init ?? [])];
  return {
    containers: main.map(({ container }) => container),
    ...(init && { initContainers: init.map(({ container }) => container) }),
    differences: all.flatMap(({ differences }) => differences),
    overridden: all.flatMap(({ overridden }) => overridden),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

interface OverlayContext {
  layered: Layered;
  /** Variables that the container reads without an entry, as far as the layers name them. */
  declared: readonly string[];
  values: (env: readonly EnvVar[]) => EffectiveValues;
}

interface OverlaidContainer {
  container: Container;
  differences: Difference[];
  overridden: ContainerVariable[];
  warnings: string[];
}

function overlayContainer(
  container: Container,
  overrides: readonly (readonly EnvVar[])[],
  { layered, declared, values }: OverlayContext,
): OverlaidContainer {
  const env = container.env ?? [];
  const own = new Set(env.map(({ name }) => name));
  const top = overrides.flat();
  const touched = touchedBy(own, layered, declared, top);
  const warnings = declared.flatMap((name) => notRemoved(container, own, layered.get(name)));
  const same = { container, differences: [], overridden: [], warnings };
  if (touched.size === 0) return same;
  const overlaid = withLayers(env, touched);
  const names = [...own, ...declared];
  const set = new Set(top.map(({ name }) => name));
  const final = (list: readonly EnvVar[]) =>
    overrides.reduce((merged, override) => mergeEnv(merged, override), list);
  const result = final(overlaid);
  const changed = changesOf([...names, ...set], values(final(env)), values(result));
  const below = set.size === 0 ? changed : changesOf(names, values(env), values(overlaid));
  if (changed.size === 0 && below.size === 0) return same;
  const deciding = new Map([...touched].filter(([name]) => !set.has(name)));
  const layers = causes(result, deciding, (name) => changed.has(name));
  const { name } = container;
  return {
    container: withEnv(container, overlaid),
    differences: [...changed].map((variable) => ({
      container: name,
      variable,
      layer: layers.get(variable) ?? '',
    })),
    overridden: [...below]
      .filter((variable) => !changed.has(variable))
      .map((variable) => ({ container: name, variable })),
    warnings,
  };
}

/** The names whose values differ, sorted. */
function changesOf(
  names: readonly string[],
  before: EffectiveValues,
  after: EffectiveValues,
): Set<string> {
  return new Set(names.filter((name) => before.get(name) !== after.get(name)).sort(byText));
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
