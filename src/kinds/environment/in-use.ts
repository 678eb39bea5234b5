import { isMap } from '../../k8s/json-map.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { type Environments, parentOf } from '../../overlay/chain.ts';

/**
 * Does a DynamicEnv use the Environment, or another Environment extend it? An Environment that is extended is needed even if no
 * DynamicEnv uses the one that extends it: without it, that one could not be used. The objects may have any shape.
 */
export function isInUse(
  name: string,
  environments: Environments,
  envs: Readonly<Record<string, KubeObject>>,
): boolean {
  return (
    Object.values(envs).some((env) => environmentOf(env) === name) ||
    Object.entries(environments).some(
      ([other, environment]) => other !== name && parentOf(environment) === name,
    )
  );
}

/** The Environment that a DynamicEnv of any shape uses. */
function environmentOf(env: KubeObject): unknown {
  const { spec } = env as { spec?: unknown };
  return isMap(spec) ? spec['environment'] : undefined;
}
