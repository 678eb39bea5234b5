import type { DynamicEnv } from '../../api/dynamicenv.ts';

/** The kind of object that the status of a workload (`<namespace>/<deployment>`) has under `deployment`. */
export function targetKind({ spec }: DynamicEnv, key: string): 'Deployment' | 'Service' {
  const found = spec.subsets?.find(({ namespace, name }) => `${namespace}/${name}` === key);
  return found?.existing?.service === undefined ? 'Deployment' : 'Service';
}
