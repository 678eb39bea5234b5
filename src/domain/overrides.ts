import type { ContainerOverride } from '../api/dynamicenv.ts';
import type { Container, EnvVar } from '../k8s/workload.ts';

export interface Overridden {
  containers: Container[];
  /** Overrides that name no container of the base. */
  unknown: string[];
}

/** The containers with their overrides; without a name an override means the first container. */
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

/**
 * The base's variables in their order, replaced by name, then the new ones: a variable may refer to those before
 * it, so the order is kept.
 */
function mergeEnv(base: readonly EnvVar[], overrides: readonly EnvVar[]): EnvVar[] {
  const byName = new Map(overrides.map((variable) => [variable.name, variable]));
  const known = new Set(base.map(({ name }) => name));
  return [
    ...base.map((variable) => byName.get(variable.name) ?? variable),
    ...overrides.filter(({ name }) => !known.has(name)),
  ];
}
