import {
  type Cluster,
  createCluster,
  type LocalClusterOptions,
} from '../../../src/simulator/cluster.ts';
import { createPrototype, type Prototype } from './prototype.ts';
import { INSTALLED } from './scripted.ts';

/** The objects of the recorded steps. */
export const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'backend', namespace: 'shop' },
  spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }], selector: { app: 'backend' } },
};
export const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'backend', namespace: 'shop', labels: { app: 'backend' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'backend' } },
    template: {
      metadata: { labels: { app: 'backend', version: 'shared' } },
      spec: {
        containers: [{ name: 'backend', image: 'backend:1', ports: [{ containerPort: 8080 }] }],
      },
    },
  },
};
export const DESTINATION_RULE = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'backend', namespace: 'shop' },
  spec: { host: 'backend', subsets: [{ name: 'shared', labels: { version: 'shared' } }] },
};
export const VIRTUAL_SERVICE = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'backend', namespace: 'shop' },
  spec: {
    hosts: ['backend'],
    http: [{ name: 'stable', route: [{ destination: { host: 'backend', subset: 'shared' } }] }],
  },
};
export const BASE = [SERVICE, DEPLOYMENT, DESTINATION_RULE, VIRTUAL_SERVICE];

export function env(image = 'backend:2', name = 'alice') {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      istioMatches: [{ headers: { user: { exact: name } } }],
      subsets: [
        {
          name: 'backend',
          namespace: 'shop',
          containers: [{ containerName: 'backend', image }],
        },
      ],
    },
  };
}

export interface Stage {
  cluster: Cluster;
  prototype: Prototype;
}

/** A cluster with the prototype as its service. Metacontroller's user is `mc`, as in the recordings. */
export function stage(
  strategy: LocalClusterOptions['strategy'] = 'dynamic-apply',
  options: Partial<LocalClusterOptions> = {},
): Stage {
  let cluster: Cluster | undefined;
  const prototype = createPrototype(() => cluster?.now() ?? new Date(0));
  const { inject } = prototype;
  cluster = createCluster({ inject, ...INSTALLED, strategy, metacontrollerUser: 'mc', ...options });
  return { cluster, prototype };
}

/** The cluster after the base objects and the env were applied and all changes were made. */
export async function readyStage(
  strategy: LocalClusterOptions['strategy'] = 'dynamic-apply',
  options: Partial<LocalClusterOptions> = {},
): Promise<Stage> {
  const on = stage(strategy, options);
  for (const object of BASE) await on.cluster.as('admin').apply(object);
  await on.cluster.advance(5);
  await on.cluster.as('admin').apply(env());
  await on.cluster.settle();
  return on;
}
