import type { DynamicEnv, Workload } from '../../../api/dynamicenv.ts';

export type WorkloadKind = 'subset' | 'consumer';

/** A subset or consumer of an env. */
export interface EnvWorkload {
  kind: WorkloadKind;
  workload: Workload;
  /** `<namespace>/<deployment>`: key in the status. */
  key: string;
}

/** All workloads of an env, subsets first, in the spec's order. */
export function envWorkloads({ spec }: Pick<DynamicEnv, 'spec'>): EnvWorkload[] {
  const of = (kind: WorkloadKind, list: readonly Workload[] | undefined) =>
    // At removal the spec has not been validated.
    (Array.isArray(list) ? list : []).map((workload: Workload) => ({
      kind,
      workload,
      key: `${workload.namespace}/${workload.name}`,
    }));
  return [...of('subset', spec.subsets), ...of('consumer', spec.consumers)];
}
