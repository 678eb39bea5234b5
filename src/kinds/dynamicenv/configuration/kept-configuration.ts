import { CONFIGURATION_ANNOTATION, CONFIGURED_ANNOTATION } from '../../../api/marks.ts';
import type { Container, Deployment, EnvVar } from '../../../k8s/workload.ts';
import { withEnv, withLayers } from '../../../overlay/layer-variables.ts';
import type { Overlay } from './overlay.ts';
import { type Configured, configuredIn } from './record.ts';

/**
 * The configuration that a clone has, as an overlay of its base: the base's containers as they are now, with those variables of the
 * clone that the configuration set, and without those that it removed. So a new release gets the variables that it came with. One
 * that the base declares only now has the base's value: the clone's configuration is in the clone only, and it has no value there.
 *
 * If no record tells which variables these are, all of the clone's stay as they are. A version before made the clone, or they are too
 * many. To guess would restart pods at an upgrade, or give back what the configuration removed. It lasts as long as the hold.
 */
export function configurationIn(clone: Deployment, base: Deployment): Overlay {
  const before = clone.spec.template.spec;
  const pod = base.spec.template.spec;
  const hash = clone.metadata.annotations?.[CONFIGURATION_ANNOTATION];
  const configured = hash === undefined ? NOTHING : configuredIn(clone);
  const record = configured && clone.metadata.annotations?.[CONFIGURED_ANNOTATION];
  return {
    containers: withKept(pod?.containers ?? [], before?.containers, configured),
    ...(pod?.initContainers && {
      initContainers: withKept(pod.initContainers, before?.initContainers, configured),
    }),
    differences: [],
    overridden: [],
    warnings: [],
    ...(hash === undefined ? {} : { hash }),
    ...(record === undefined ? {} : { record }),
  };
}

/** The clone has the variables of its base. */
const NOTHING: Configured = new Map();

/** A container that is new has its own variables. */
function withKept(
  containers: readonly Container[],
  before: readonly Container[] = [],
  configured: Configured | undefined,
): Container[] {
  const byName = new Map(before.map((container) => [container.name, container]));
  return containers.map((container) => {
    const known = byName.get(container.name);
    if (known === undefined) return container;
    if (configured === undefined) return withEnv(container, known.env);
    const names = configured.get(container.name) ?? [];
    return withEnv(container, withLayers(container.env ?? [], keptIn(known, names)));
  });
}

/** The wanted values of these variables, as those of a layer. */
function keptIn({ env = [] }: Container, names: readonly string[]) {
  const has = new Map(env.map((variable) => [variable.name, variable]));
  return new Map(
    names.map((name) => {
      const variable = has.get(name);
      return [name, { name, ...(variable && { source: sourceOf(variable) }) }] as const;
    }),
  );
}

/** The API server stores no empty value. */
function sourceOf({ value = '', valueFrom }: EnvVar) {
  return valueFrom === undefined ? { value } : { valueFrom };
}
