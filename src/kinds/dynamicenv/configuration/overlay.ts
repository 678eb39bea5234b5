import type { Workload } from '../../../api/dynamicenv.ts';
import {
  CONFIGURATION_ANNOTATION,
  CONFIGURED_ANNOTATION,
  VARIABLES_ANNOTATION,
} from '../../../api/marks.ts';
import { canonicalJson } from '../../../k8s/canonical.ts';
import { hash10 } from '../../../k8s/hash.ts';
import type { Container, Deployment, StatefulSet } from '../../../k8s/workload.ts';
import { overlayContainers } from '../../../overlay/containers.ts';
import { declaredByAnnotation } from '../../../overlay/declared.ts';
import type { ContainerVariable, Difference, Layered } from '../../../overlay/types.ts';
import { overridesOf } from '../plan/overrides.ts';
import { recordOf } from './record.ts';

/** A workload's containers with the env's configuration. */
export interface Overlay {
  containers: Container[];
  /** Absent: the pods have none. */
  initContainers?: Container[];
  differences: readonly Difference[];
  /** What the configuration would change, if the spec's own variables did not decide it. */
  overridden: readonly ContainerVariable[];
  warnings: readonly string[];
  /** Of what the configuration sets and removes; absent: nothing. Other changes of the workload do not change it. */
  hash?: string;
  /** Names of what it sets and removes (see `recordOf`); absent: none, or they are not known. */
  record?: string;
}

/** The variables that a workload says it reads, though no entry has them. */
export function annotatedVariables({ metadata, spec }: Deployment | StatefulSet): string[] {
  return declaredByAnnotation([
    metadata.annotations?.[VARIABLES_ANNOTATION],
    spec.template.metadata?.annotations?.[VARIABLES_ANNOTATION],
  ]);
}

/** `own`: the containers of its entry in the spec, which come on top. */
export function overlayOf(
  workload: Deployment | StatefulSet,
  layered: Layered,
  own: Pick<Workload, 'containers' | 'initContainers'> = {},
): Overlay {
  const pod = workload.spec.template.spec;
  const before = { containers: pod?.containers ?? [], initContainers: pod?.initContainers };
  const isMain = new Set(before.containers);
  const main = overridesOf(before.containers, own.containers ?? []);
  const init = overridesOf(before.initContainers ?? [], own.initContainers ?? []);
  const overlaid = overlayContainers(before, layered, annotatedVariables(workload), (container) => {
    const of = isMain.has(container) ? main : init;
    return of(container).flatMap(({ env }) => (env === undefined ? [] : [env]));
  });
  const changes = [
    changesOf(before.containers, overlaid.containers, layered),
    changesOf(before.initContainers ?? [], overlaid.initContainers ?? [], layered),
  ];
  if (changes.every((list) => list.length === 0)) return overlaid;
  const record = recordOf(changes.flat());
  return {
    ...overlaid,
    hash: hash10(canonicalJson(changes)),
    ...(record === undefined ? {} : { record }),
  };
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

/** The clone, with the marks that tell its configuration. They are none of its pods', so they restart nothing. */
export function withMark(clone: Deployment, { hash, record }: Partial<Overlay> = {}): Deployment {
  if (hash === undefined) return clone;
  const annotations = {
    ...clone.metadata.annotations,
    [CONFIGURATION_ANNOTATION]: hash,
    ...(record === undefined ? {} : { [CONFIGURED_ANNOTATION]: record }),
  };
  return { ...clone, metadata: { ...clone.metadata, annotations } };
}
