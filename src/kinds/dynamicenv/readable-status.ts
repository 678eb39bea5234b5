import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { wrongShape } from '../../api/foreign-shapes.ts';
import type { KubeObject } from '../../k8s/object.ts';

/**
 * The env with the status that it has, if that can be read: the next one is made of it (since when a condition holds).
 * Without it everything is judged anew.
 */
export function withReadableStatus(parent: KubeObject & { status?: unknown }): DynamicEnv {
  const { status, ...rest } = parent;
  const isReadable =
    status === undefined ||
    (typeof status === 'object' &&
      status !== null &&
      wrongShape('DynamicEnvStatus', status, false) === undefined);
  return (isReadable ? parent : rest) as DynamicEnv;
}
