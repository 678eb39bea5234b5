import type { KubeObject } from '../k8s/object.ts';
import { envOfObject } from './env-object.ts';
import type { TracedWorkload } from './types.ts';

/** What runs pods, and their labels. */
export interface Workload {
  kind: string;
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  replicas: number;
  /** Absent: it has no status. */
  ready?: number;
  /** The env whose clone it is. */
  env?: string;
}

const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

interface WorkloadObject extends KubeObject {
  spec?: { replicas?: number; template?: { metadata?: { labels?: Record<string, string> } } };
  status?: {
    availableReplicas?: number;
    readyReplicas?: number;
    numberReady?: number;
    desiredNumberScheduled?: number;
  };
}

/** Undefined for other kinds, and for objects whose pod template is in another object. */
export function workloadOf(object: KubeObject): Workload | undefined {
  if (!WORKLOAD_KINDS.includes(object.kind)) return undefined;
  const { kind, metadata, spec, status } = object as WorkloadObject;
  if (spec?.template === undefined) return undefined;
  const ready =
    status && (status.readyReplicas ?? status.availableReplicas ?? status.numberReady ?? 0);
  const env = envOfObject(object);
  return {
    kind,
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    labels: spec.template.metadata?.labels ?? {},
    replicas: status?.desiredNumberScheduled ?? spec.replicas ?? 1,
    ...(ready === undefined ? {} : { ready }),
    ...(env === undefined ? {} : { env }),
  };
}

export function traced({ kind, namespace, name, replicas, ready, env }: Workload): TracedWorkload {
  return {
    kind,
    name: `${namespace}/${name}`,
    replicas,
    ...(ready === undefined ? {} : { ready }),
    ...(env === undefined ? {} : { env }),
  };
}
