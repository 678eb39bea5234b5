import type { Environment, EnvironmentSpec } from '../../src/api/environment.ts';
import type { EnvVar, StatefulSet } from '../../src/k8s/workload.ts';
import { deployment, type Meta } from './objects.ts';

export function environment(name: string, spec: EnvironmentSpec = {}): Environment {
  const apiVersion = 'riskified.com/v1alpha1';
  return { apiVersion, kind: 'Environment', metadata: { name }, spec };
}

interface Pods {
  env?: EnvVar[];
  /** Labels of the pods; default: the app's and `version: shared`. */
  labels?: Record<string, string>;
  meta?: Meta;
  replicas?: number;
}

/** A Deployment with one container `main` that has these variables. */
export function reading(path: string, { env = [], labels, meta, replicas = 3 }: Pods = {}) {
  const { template } = deployment(path).spec;
  return deployment(
    path,
    {
      replicas,
      template: {
        metadata: { ...template.metadata, ...(labels && { labels }) },
        spec: { containers: [{ name: 'main', image: 'main:1', env }] },
      },
    },
    meta,
  );
}

export function statefulSet(path: string, pods: Pods = {}): StatefulSet {
  const { apiVersion, metadata, spec } = reading(path, pods);
  return { apiVersion, kind: 'StatefulSet', metadata, spec: { template: spec.template } };
}
