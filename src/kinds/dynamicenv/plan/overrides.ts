import type { ContainerOverride } from '../../../api/dynamicenv.ts';
import type { Container } from '../../../k8s/workload.ts';
import { mergeEnv } from '../../../overlay/variable-order.ts';

export interface Overridden {
  containers: Container[];
  /** Overrides that name no container of the base. */
  unknown: string[];
}

/** The overrides of each container, as listed. One without a name is for the first container. */
export function overridesOf(
  containers: readonly Container[],
  overrides: readonly ContainerOverride[],
): (container: Container) => ContainerOverride[] {
  const target = targetIn(containers);
  return ({ name }) => overrides.filter((one) => target(one) === name);
}

function targetIn(containers: readonly Container[]) {
  const first = containers[0]?.name ?? '(the first)';
  return ({ containerName = first }: ContainerOverride) => containerName;
}

/** The containers with their overrides. */
export function overrideContainers(
  containers: readonly Container[],
  overrides: readonly ContainerOverride[],
): Overridden {
  const target = targetIn(containers);
  const of = overridesOf(containers, overrides);
  const names = new Set(containers.map(({ name }) => name));
  return {
    containers: containers.map((container) => of(container).reduce(overrideContainer, container)),
    unknown: overrides.map(target).filter((name) => !names.has(name)),
  };
}

function overrideContainer(container: Container, override: ContainerOverride): Container {
  const { containerName: _name, env, envFrom, ...replaced } = override;
  return {
    ...container,
    ...replaced,
    ...(env === undefined ? {} : { env: mergeEnv(container.env ?? [], env) }),
    ...(envFrom === undefined ? {} : { envFrom: [...(container.envFrom ?? []), ...envFrom] }),
  };
}
