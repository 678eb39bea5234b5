import type { V1EnvFromSource, V1EnvVar, V1ResourceRequirements } from '@kubernetes/client-node';
import type { StringMatch } from '../istio/types.ts';
import type { KubeObject } from '../k8s/object.ts';

/** One way of recognising an env's requests: all of its headers and source labels must hold. */
export interface IstioMatch {
  headers?: Record<string, StringMatch>;
  sourceLabels?: Record<string, string>;
}

/** What a cloned container has otherwise than its base. */
export interface ContainerOverride {
  /** Omitted: the first container of the list. */
  containerName?: string;
  image?: string;
  command?: string[];
  args?: string[];
  /** Merged into the base's by name. */
  env?: V1EnvVar[];
  /** Appended to the base's. */
  envFrom?: V1EnvFromSource[];
  /** Replaces the base's. */
  resources?: V1ResourceRequirements;
}

/** A Deployment to clone: with routes (`spec.subsets`) or without (`spec.consumers`). */
export interface Workload {
  name: string;
  namespace: string;
  podLabels?: Record<string, string>;
  replicas?: number;
  containers?: ContainerOverride[];
  initContainers?: ContainerOverride[];
  /** Value of the version label that marks the base's version; omitted: the server's `--default-version`. */
  defaultVersion?: string;
}

export interface DynamicEnvSpec {
  istioMatches: IstioMatch[];
  subsets?: Workload[];
  consumers?: Workload[];
}

export type State = 'ready' | 'processing' | 'degraded';

/** Life-cycle words of one object in the status. */
export type LifeCycle =
  | 'unknown'
  | 'initializing'
  | 'running'
  | 'failed'
  | 'missing'
  | 'updating'
  | 'removing'
  | 'ignored-missing-destination-rule'
  | 'ignored-missing-virtual-service';

export interface ResourceStatus {
  name: string;
  namespace: string;
  status: LifeCycle;
  /** Why it is not `running`, and what to do; of a clone that runs: what may surprise. */
  message?: string;
}

export interface StatusError {
  error: string;
  lastOccurrence: string;
}

export interface SubsetErrors {
  deployment?: StatusError[];
  destinationRule?: StatusError[];
  virtualServices?: StatusError[];
  subset?: StatusError[];
}

export interface WorkloadStatus {
  deployment: ResourceStatus;
  /** Absent for consumers. */
  destinationRules?: ResourceStatus[];
  /** Absent for consumers. */
  virtualServices?: ResourceStatus[];
  subsetErrors?: SubsetErrors;
}

/** As in the operator that the API comes from; read it by `consumersOf`, which knows earlier shapes. */
export interface ConsumerStatus {
  /** Of the clone. */
  name?: string;
  namespace?: string;
  status?: LifeCycle;
  /** Why it is not `running`, and what to do. */
  message?: string;
  errors?: StatusError[];
  /** Deprecated: the same as beside it. */
  deployment?: ResourceStatus;
  /** Deprecated, not written any more. */
  subsetErrors?: SubsetErrors;
}

export type ConditionType =
  | 'Ready'
  | 'WorkloadsReady'
  | 'RoutesInjected'
  | 'Guarded'
  | 'Reconciling'
  | 'Stalled'
  | 'Conflicting';

/** metav1.Condition */
export interface Condition {
  type: ConditionType;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface DynamicEnvStatus {
  state: State;
  totalCount: number;
  totalReady: number;
  /** The matches in one line, for `kubectl get de -o wide`. */
  match?: string;
  /** Keyed `<namespace>/<deployment>`. */
  subsetsStatus?: Record<string, WorkloadStatus>;
  consumersStatus?: Record<string, ConsumerStatus>;
  conditions?: Condition[];
  /** Set by Metacontroller. */
  observedGeneration?: number;
}

export interface DynamicEnv extends KubeObject {
  spec: DynamicEnvSpec;
  status?: DynamicEnvStatus;
}
