import type { DynamicEnv, Workload } from '../../../src/api/dynamicenv.ts';
import type { KubeObject, ObjectMeta } from '../../../src/k8s/object.ts';

export const DOMAIN = 'cluster.local';
export const OWNER = {
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  name: 'a',
  uid: 'u',
};

export function object(
  kind: string,
  metadata: Partial<ObjectMeta> = {},
  spec: object = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name: 'x', namespace: 'shop', ...metadata },
    spec,
  } as KubeObject;
}

export const routeTo = (host: string, name?: string) => ({
  ...(name === undefined ? {} : { name }),
  route: [{ destination: { host } }],
});
export const workload = (namespace: string): Workload => ({ name: 'backend', namespace });
export const env = (spec: Partial<DynamicEnv['spec']>): DynamicEnv => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  metadata: { name: 'a', uid: 'u', finalizers: ['f'] },
  spec: { istioMatches: [], ...spec },
  status: { state: 'ready', totalCount: 0, totalReady: 0 },
});
