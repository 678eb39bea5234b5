import { CONFIGURATION_ANNOTATION, VARIABLES_ANNOTATION } from '../../../api/marks.ts';
import { canonicalJson } from '../../../k8s/canonical.ts';
import { hash10 } from '../../../k8s/hash.ts';
import type { Container, Deployment, StatefulSet } from '../../../k8s/workload.ts';
import { overlayContainers } from '../../../overlay/containers.ts';
import { declaredByAnnotation } from '../../../overlay/declared.ts';
import type { Difference, Layered } from '../../../overlay/types.ts';

/** A workload's containers with the env's configuration. */
export interface Overlay {
  containers: Container[];
  /** Absent: the pods have none. */
  initContainers?: Container[];
  differences: readonly Difference[];
  warnings: readonly string[];
  /** Of what the configuration sets and removes; absent: nothing. Other changes of the workload do not change it. */
  hash?: string;
}

/** The variables that a workload says it reads, though no entry has them. */
export function annotatedVariables({ metadata, spec }: Deployment | StatefulSet): string[] {
  return declaredByAnnotation([
    metadata.annotations?.[VARIABLES_ANNOTATION],
    spec.template.metadata?.annotations?.[VARIABLES_ANNOTATION],
  ]);
}

export function overlayOf(workload: Deployment | StatefulSet, layered: Layered): Overlay {
  const pod = workload.spec.template.spec;
  const before = { containers: pod?.containers ?? [], initContainers: pod?.initContainers };
  const overlaid = overlayContainers(before, layered, annotatedVariables(workload));
  const changes = [
    changesOf(before.containers, overlaid.containers, layered),
    changesOf(before.initContainers ?? [], overlaid.initContainers ?? [], layered),
  ];
  const isChanged = changes.some((list) => list.length > 0);
  return { ...overlaid, ...(isChanged ? { hash: hash10(canonicalJson(changes)) } : {}) };
}

/** For each container that is another one now: what is set, and what is removed. */
function changesOf(before: readonly Container[], after: readonly Container[], layered: Layered) {
  return after.flatMap(({ name, env = [] }, index) => {
    const own = before[index];
    if (own === undefined || own === after[index]) return [];
    const set = env.filter((variable) => layered.has(variable.name));
    const left = new Set(env.map((variable) => variable.name));
    const removed = (own.env ?? [])
      .map((variable) => variable.name)
      .filter((one) => !left.has(one));
    return [{ name, set, removed }];
  });
}

/** The configuration that a clone has, as an overlay of its base: the base's containers as they are now, with the clone's variables. */
export function configurationIn(clone: Deployment, base: Deployment): Overlay {
  const before = clone.spec.template.spec;
  const pod = base.spec.template.spec;
  const hash = clone.metadata.annotations?.[CONFIGURATION_ANNOTATION];
  return {
    containers: withVariablesOf(before?.containers, pod?.containers ?? []),
    ...(pod?.initContainers && {
      initContainers: withVariablesOf(before?.initContainers, pod.initContainers),
    }),
    differences: [],
    warnings: [],
    ...(hash === undefined ? {} : { hash }),
  };
}

/** A container that is new has its own. */
function withVariablesOf(before: readonly Container[] = [], containers: readonly Container[]) {
  const byName = new Map(before.map((container) => [container.name, container]));
  return containers.map((container) => {
    const known = byName.get(container.name);
    if (known === undefined) return container;
    const { env: _env, ...rest } = container;
    return { ...rest, ...(known.env && { env: known.env }) };
  });
}

/** The base as if it had this configuration: the clone is made of it. */
export function withOverlay(base: Deployment, overlay: Overlay | undefined): Deployment {
  const pod = base.spec.template.spec;
  if (overlay === undefined || pod === undefined) return base;
  const { containers, initContainers } = overlay;
  const template = {
    ...base.spec.template,
    spec: { ...pod, containers, ...(initContainers === undefined ? {} : { initContainers }) },
  };
  return { ...base, spec: { ...base.spec, template } };
}

/** The clone, with the mark that tells its configuration. */
export function withMark(clone: Deployment, hash: string | undefined): Deployment {
  if (hash === undefined) return clone;
  const annotations = { ...clone.metadata.annotations, [CONFIGURATION_ANNOTATION]: hash };
  return { ...clone, metadata: { ...clone.metadata, annotations } };
}
