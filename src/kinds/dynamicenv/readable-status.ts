import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { wrongShape } from '../../api/foreign-shapes.ts';
import type { KubeObject } from '../../k8s/object.ts';

/**
 * The env, without its status if that cannot be read. The next status takes over from it since when a condition holds; without it
 * all times start now.
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
