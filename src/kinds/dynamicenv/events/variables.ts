import type { Container, EnvVar } from '../../../k8s/workload.ts';

/** The library's variables (docs/messages.md). */
export const WORKLOAD = 'DYNAMICENV_WORKLOAD';
export const FEED = 'DYNAMICENV_FEED';
export const REF = 'DYNAMICENV_REF';
export const INCARNATION = 'DYNAMICENV_INCARNATION';
export const SERVICES = 'DYNAMICENV_SERVICES';
export const PORT = 'DYNAMICENV_PORT';
export const DRAIN_SECONDS = 'DYNAMICENV_DRAIN_SECONDS';

/** The container whose application uses the library: the first that declares which workload it is, else the first of all. */
export function listenerOf(containers: readonly Container[]): Container | undefined {
  return containers.find((one) => declares(one, WORKLOAD)) ?? containers[0];
}

export function declares({ env }: Container, name: string): boolean {
  return variable(env, name) !== undefined;
}

/** The last entry of a name counts, as for the kubelet. */
export function variable(env: readonly EnvVar[] | undefined, name: string): EnvVar | undefined {
  return env?.findLast((one) => one.name === name);
}
