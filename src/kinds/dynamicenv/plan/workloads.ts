import type { DynamicEnv, Workload } from '../../../api/dynamicenv.ts';
import type { Overlay } from '../configuration/overlay.ts';

export type WorkloadKind = 'subset' | 'consumer';

/** A subset or consumer of an env. */
export interface EnvWorkload {
  kind: WorkloadKind;
  workload: Workload;
  /** `<namespace>/<deployment>`: key in the status. */
  key: string;
  /** What the env's configuration makes of its base. */
  overlay?: Overlay;
  /** The spec does not name it: the configuration changes it, and it is in scope. */
  isDerived?: true;
  /** The configuration does not change it any more. Its clone stays only until the others have what they are to have. */
  isLeaver?: true;
}

/** The workloads that an env's spec names, subsets first, in the spec's order. */
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
