import type { V1DeploymentSpec, V1StatefulSetSpec } from '@kubernetes/client-node';
import type { KubeObject } from './object.ts';

export type {
  V1Container as Container,
  V1DeploymentSpec as DeploymentSpec,
  V1EnvVar as EnvVar,
  V1LabelSelector as PodSelector,
  V1PodSpec as PodSpec,
} from '@kubernetes/client-node';

export interface DeploymentCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
}

export interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
  conditions?: DeploymentCondition[];
}

export interface Deployment extends KubeObject {
  spec: V1DeploymentSpec;
  status?: DeploymentStatus;
}

/** Only what is common to all workloads is read of it. */
export interface StatefulSet extends KubeObject {
  spec: Pick<V1StatefulSetSpec, 'template'>;
}

export interface Service extends KubeObject {
  spec?: {
    type?: string;
    clusterIP?: string;
    externalIPs?: string[];
    selector?: Record<string, string>;
    ports?: { port: number; protocol?: string; name?: string; appProtocol?: string }[];
  };
}

/**
 * Does the Deployment have its minimum of available pods for the current spec? At least one pod is required here: a
 * Deployment whose `maxUnavailable` equals its replicas reports Available without any pod.
 */
export function isAvailable(deployment: Deployment): boolean {
  return (
    isObserved(deployment) &&
    condition(deployment, 'Available')?.status === 'True' &&
    (deployment.status?.availableReplicas ?? 0) > 0
  );
}

/** Do all of its pods run the current spec? */
export function isRolledOut(deployment: Deployment): boolean {
  const { status, spec } = deployment;
  const wanted = spec.replicas ?? 1;
  return (
    isAvailable(deployment) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) <= (status?.updatedReplicas ?? 0)
  );
}

/**
 * Since when (RFC 3339) a Deployment is rolled out: the later one of the times at which enough pods were available, and at which all
 * were of the current spec (`lastUpdateTime` of `Progressing` stays as it is after that: `SetDeploymentCondition` in
 * `pkg/controller/deployment/util/deployment_util.go`). Undefined: it does not say it.
 */
export function rolledOutSince(deployment: Deployment): string | undefined {
  const times = [
    condition(deployment, 'Available')?.lastTransitionTime,
    condition(deployment, 'Progressing')?.lastUpdateTime,
  ];
  return times
    .filter((time): time is string => !Number.isNaN(Date.parse(time ?? '')))
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}

/**
 * Are pods of the current spec still being started? False when the Deployment does not report it (no progress
 * deadline).
 */
export function isRollingOut(deployment: Deployment): boolean {
  const reason = condition(deployment, 'Progressing')?.reason;
  return reason !== undefined && reason !== 'NewReplicaSetAvailable';
}

/** Have all pods of the current spec been available at some time? */
export function wasRolledOut(deployment: Deployment): boolean {
  return condition(deployment, 'Progressing')?.reason === 'NewReplicaSetAvailable';
}

/** Why a rollout is stuck, in the words of the Deployment controller; undefined while it makes progress. */
export function rolloutFailure(deployment: Deployment): string | undefined {
  const stuck = condition(deployment, 'Progressing');
  if (stuck?.reason === 'ProgressDeadlineExceeded') return stuck.message ?? stuck.reason;
  const refused = condition(deployment, 'ReplicaFailure');
  return refused?.status === 'True'
    ? (refused.message ?? refused.reason ?? refused.type)
    : undefined;
}

/** Has the Deployment controller seen the current spec? */
export function isObserved({ metadata, status }: Deployment): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}

function condition(deployment: Deployment, type: string): DeploymentCondition | undefined {
  return deployment.status?.conditions?.find((candidate) => candidate.type === type);
}
