import type { KubeObject } from '../k8s/object.ts';

export const VIRTUAL_ENVIRONMENT_GROUP = 'env.alibaba.com';
/** The stored version. `v1alpha1` is served with the same schema. */
export const VIRTUAL_ENVIRONMENT_VERSION = 'v1alpha2';
export const VIRTUAL_ENVIRONMENT_KIND = 'VirtualEnvironment';

/** Annotation on a DestinationRule of a VirtualEnvironment: since when each version has its subset, is ready, is not used (JSON). */
export const VERSIONS_ANNOTATION = 'riskified.com/versions';
/** Annotation (`"true"`) on a Deployment or StatefulSet: it is about to go, so no request is routed to it any more. */
export const LEAVING_ANNOTATION = 'riskified.com/leaving';

/** Annotations on a Service, as the operator of the same name has them. */
export const GATEWAYS_ANNOTATION = 'kt-virtual-environment/gateways';
export const HOSTS_ANNOTATION = 'kt-virtual-environment/hosts';
export const RULE_ANNOTATION = 'kt-virtual-environment/rule';

/** A further header that carries a version. */
export interface HeaderAlias {
  name: string;
  /** A regex for the whole value (RE2), with the placeholder where the version stands; empty: the value is the version. */
  pattern: string;
  /** Default: `(@)`. */
  placeholder?: string;
}

export interface VirtualEnvironmentSpec {
  envHeader?: { name?: string; autoInject?: boolean; aliases?: HeaderAlias[] };
  envLabel?: { name?: string; splitter?: string; defaultSubset?: string };
}

export type VirtualEnvironmentConditionType = 'Ready' | 'Conflicted' | 'Reconciling' | 'Stalled';

/** metav1.Condition */
export interface VirtualEnvironmentCondition {
  type: VirtualEnvironmentConditionType;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  /** The metadata.generation for which the condition was written. */
  observedGeneration?: number;
}

export interface VersionStatus {
  /** Value of the pods' label. */
  value: string;
  subset: string;
  ready: boolean;
  /** Do requests for this version reach it? */
  routed: boolean;
}

export interface ServiceStatus {
  name: string;
  versions?: VersionStatus[];
  /** What keeps this Service from its routes, or what was ignored, and what to do. */
  message?: string;
}

export interface VirtualEnvironmentStatus {
  /** The metadata.generation for which this status was written. */
  observedGeneration?: number;
  conditions?: VirtualEnvironmentCondition[];
  services?: ServiceStatus[];
  /** How many further Services there are. */
  moreServices?: number;
}

export interface VirtualEnvironment extends KubeObject {
  spec?: VirtualEnvironmentSpec;
  status?: VirtualEnvironmentStatus;
}
