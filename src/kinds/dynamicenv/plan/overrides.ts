import type { ContainerOverride } from '../../../api/dynamicenv.ts';
import type { Container } from '../../../k8s/workload.ts';
import { mergeEnv } from '../../../overlay/variable-order.ts';

export interface Overridden {
  containers: Container[];
  /** Overrides that name no container of the base. */
  unknown: string[];
}

/** The containers with their overrides. An override without a name is for the first container. */
export function overrideContainers(
  containers: readonly Container[],
  overrides: readonly ContainerOverride[],
): Overridden {
  const first = containers[0]?.name ?? '(the first)';
  const target = ({ containerName = first }: ContainerOverride) => containerName;
  const names = new Set(containers.map(({ name }) => name));
  return {
    containers: containers.map((container) =>
      overrides
        .filter((one) => target(one) === container.name)
        .reduce(overrideContainer, container),
    ),
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
