import type { V1EnvFromSource, V1EnvVar, V1ResourceRequirements } from '@kubernetes/client-node';
import type { StringMatch } from '../istio/types.ts';
import type { KubeObject, LabelSelector } from '../k8s/object.ts';
import type { ConfigurationLayer } from './environment.ts';
import type { Phase } from './subscriber.ts';

/** One condition that selects an env's requests. All of its parts must match. */
export interface IstioMatch {
  headers?: Record<string, StringMatch>;
  sourceLabels?: Record<string, string>;
  /** By name, case-sensitive. Envoy compares the first value, without decoding it. */
  queryParams?: Record<string, StringMatch>;
  /** A cookie with this value, with or without quotation marks. */
  cookie?: { name: string; exact: string };
  /** A member of the `baggage` header with this value, percent-encoded or not. */
  baggage?: { key: string; exact: string };
}

/** The fields of a cloned container that differ from its base. */
export interface ContainerOverride {
  /** Omitted: the first container of the list. */
  containerName?: string;
  image?: string;
  command?: string[];
  args?: string[];
  /** Merged by name with the base's variables. */
  env?: V1EnvVar[];
  /** Appended to the base's entries. */
  envFrom?: V1EnvFromSource[];
  /** Replaces the base's resources. */
  resources?: V1ResourceRequirements;
}

/** A version that somebody else runs, in the base's namespace: a Deployment or a Service. Exactly one is set. */
export interface ExistingVersion {
  deployment?: string;
  service?: string;
}

/** The clone's consumers share their topics with the base's. */
export interface EventsOptions {
  /** On which the library in the clone's pods listens for the kubelet. Default: 9808. */
  port?: number;
  /** How long a pod that is being removed may go on with the rest of its messages. Default: 120. */
  drainSeconds?: number;
}

/** A Deployment to clone. Requests are routed to clones in `spec.subsets`, not to clones in `spec.consumers`. */
export interface Workload {
  name: string;
  namespace: string;
  podLabels?: Record<string, string>;
  replicas?: number;
  containers?: ContainerOverride[];
  initContainers?: ContainerOverride[];
  /** Value of the version label on the base's pods. Default: the server's `--default-version`. */
  defaultVersion?: string;
  /** Requests go there, and nothing is cloned. Only in `spec.subsets`. */
  existing?: ExistingVersion;
  /** Its consumers handle the messages of the env's `ref`. Not with `existing`. */
  events?: EventsOptions;
}

/** Workloads that the configuration concerns. */
export interface ScopeEntry {
  namespace: string;
  /** Of the Deployments' own labels; absent or empty: all of the namespace. */
  selector?: LabelSelector;
  /** Deployments that no Service selects may be cloned, too. */
  consumers?: boolean;
}

export interface DynamicEnvSpec extends ConfigurationLayer {
  /** Name of the Environment that is overlaid on the workloads, below the env's own `vars`, `secrets` and `unset`. */
  environment?: string;
  /** Deployments that get a clone if the configuration changes one of their variables. */
  scope?: ScopeEntry[];
  /** True: routes may come although some workload that should differ cannot be cloned. */
  allowPartial?: boolean;
  /** Which requests are the env's: those that meet one of them, or select `ref`. At least one of the two is given. */
  istioMatches?: IstioMatch[];
  /** Requests whose route context selects this ref are the env's (docs/branches.md). */
  ref?: string;
  /** Hosts at gateways at which a link leads people to the env. */
  entries?: EntryHost[];
  subsets?: Workload[];
  consumers?: Workload[];
  /** True: the env keeps its object, but has no clones and no routes. */
  suspend?: boolean;
  /** How long the env lives, such as `3d` (see `ttlSeconds`); without it, until somebody deletes it. */
  ttl?: string;
  /** Whom to ask about the env. */
  owner?: string;
}

export interface EntryHost {
  /** As browsers send it, without a port: `shop.example.com`. */
  host: string;
}

export type State = 'ready' | 'processing' | 'degraded' | 'suspended' | 'expired';

/** Life-cycle state of one object in the status. */
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
  /** Why it is not `running`, and what to do. A `running` clone may have a warning here. */
  message?: string;
}

/** How far the routes of one entry are. */
export interface EntryStatus {
  host: string;
  status: LifeCycle;
  /** What does not work there, and what to do. */
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

/** How far a clone's consumers are that share their topics with the base's. */
export interface EventsStatus {
  phase: Phase;
  incarnation: string;
  /** What the phase waits for, what is replaced in the clone, and what may surprise. */
  message?: string;
}

export interface WorkloadStatus {
  deployment: ResourceStatus;
  /** Absent for consumers. */
  destinationRules?: ResourceStatus[];
  /** Absent for consumers. */
  virtualServices?: ResourceStatus[];
  /** Absent without `events`. */
  events?: EventsStatus;
  subsetErrors?: SubsetErrors;
}

/**
 * The same shape as in the operator that the API comes from. Read it with `readConsumersStatus`, which also understands earlier
 * shapes.
 */
export interface ConsumerStatus {
  /** Name of the clone. */
  name?: string;
  namespace?: string;
  status?: LifeCycle;
  /** Why it is not `running`, and what to do. */
  message?: string;
  errors?: StatusError[];
  /** Absent without `events`. */
  events?: EventsStatus;
  /** Deprecated: a copy of the fields above. */
  deployment?: ResourceStatus;
  /** Deprecated: no longer written. */
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

/** A workload that needs pods of its own and does not get them. */
export interface UnclonedWorkload {
  /** `Deployment <namespace>/<name>` */
  workload: string;
  /** Why, and what to do. */
  message: string;
}

/** What the env's configuration changes. Names only, never a value. */
export interface ConfigurationStatus {
  /** `<namespace>/<name>` of the Deployments in scope that have clones because of the configuration, sorted. */
  unique?: string[];
  /** How many workloads in scope the configuration does not change. */
  shared?: number;
  /** Workloads that hold the env's routes back. */
  blocked?: UnclonedWorkload[];
  /** Workloads that have no pods, or that no Service selects and that are not cloned without consent. */
  notCloned?: UnclonedWorkload[];
  /** Which variables make workloads unique, and the layer that sets each. */
  differences?: { workload: string; variable: string; layer: string }[];
  /** How many differences are not listed. */
  more?: number;
  warnings?: string[];
}

export interface DynamicEnvStatus {
  configuration?: ConfigurationStatus;
  state: State;
  totalCount: number;
  totalReady: number;
  /** The matches in one line, for `kubectl get de -o wide`. */
  match?: string;
  /** When `spec.ttl` is over (RFC 3339). */
  expiresAt?: string;
  /** The annotation `renewed-at` (its beginning, if it is long) for which this status was written, as `observedGeneration` for the spec. */
  observedRenewal?: string;
  /** For each entry the address that leads a person to the env. */
  links?: string[];
  /** The entries, in the spec's order. */
  entriesStatus?: EntryStatus[];
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
