import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment, EnvironmentCondition } from '../../api/environment.ts';
import { API_VERSION } from '../../api/marks.ts';
import { byText } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { parentOf } from '../../overlay/chain.ts';

export const ENVIRONMENT_KIND = 'Environment';

export function isEnvironment(object: KubeObject): object is Environment {
  return object.kind === ENVIRONMENT_KIND && object.apiVersion === API_VERSION;
}

/** Whether DynamicEnvs can use it, and why not. */
export function acceptedCondition({ status }: Environment): EnvironmentCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Accepted');
}

/** For the present spec, as `observedGeneration` says. */
export function isAccepted(environment: Environment): boolean {
  const accepted = acceptedCondition(environment);
  return (
    environment.metadata.deletionTimestamp === undefined &&
    accepted?.status === 'True' &&
    (accepted.observedGeneration ?? 0) >= (environment.metadata.generation ?? 0)
  );
}

/** Who needs an Environment. Names, sorted. */
export interface Users {
  /** DynamicEnvs that name it. */
  envs: string[];
  /** Environments that extend it. */
  children: string[];
  /** DynamicEnvs that name one of those that extend it, directly or not. */
  envsOfChildren: string[];
}

export function usersOf(
  name: string,
  environments: readonly Environment[],
  envs: readonly DynamicEnv[],
): Users {
  const childrenOf = (parents: readonly string[]) =>
    environments
      .filter((one) => parents.includes(parentOf(one) ?? ''))
      .map(({ metadata }) => metadata.name);
  const namesOf = (used: readonly string[]) =>
    envs
      .filter(({ spec }) => spec.environment !== undefined && used.includes(spec.environment))
      .map(({ metadata }) => metadata.name)
      .sort(byText);
  const children = childrenOf([name]).filter((child) => child !== name);
  const below = new Set(children);
  // Iterating a Set also visits what is added meanwhile.
  for (const one of below) for (const child of childrenOf([one])) below.add(child);
  below.delete(name);
  return {
    envs: namesOf([name]),
    children: children.sort(byText),
    envsOfChildren: namesOf([...below]),
  };
}

/** `used by DynamicEnv polina; extended by Environment uat` */
export function usersText({ envs, children, envsOfChildren }: Users): string {
  const parts = [
    ...(envs.length === 0 ? [] : [`used by DynamicEnv ${envs.join(', ')}`]),
    ...(children.length === 0 ? [] : [`extended by Environment ${children.join(', ')}`]),
    ...(envsOfChildren.length === 0
      ? []
      : [`and so part of DynamicEnv ${envsOfChildren.join(', ')}`]),
  ];
  return parts.length === 0 ? 'nobody uses it' : parts.join('; ');
}

/** The state of an Environment, for people: a line. */
export function describeEnvironment(environment: Environment, users: Users): string[] {
  const { name } = environment.metadata;
  const accepted = acceptedCondition(environment);
  if (accepted === undefined) return [`Environment ${name} has no status`];
  if (!isAccepted(environment)) {
    return [
      `Environment ${name} is not accepted: ${accepted.reason}: ${accepted.message}`,
      `  ${usersText(users)}`,
    ];
  }
  const { chain = [name] } = environment.status ?? {};
  const order = chain.length > 1 ? `: ${chain.join(' → ')}` : '';
  return [`Environment ${name} is accepted${order}; ${usersText(users)}`];
}
