import type { LocalObject } from '../../../../../src/simulator/object.ts';

/** A namespace with a Deployment, its Service, and a DestinationRule and a VirtualService with the subset `shared`. */
export function shop(namespace: string): LocalObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    base(namespace),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'backend', namespace },
      spec: { selector: { app: 'backend' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    rule(namespace),
    virtualService(namespace, 1),
  ];
}

function base(namespace: string): LocalObject {
  const labels = { app: 'backend', version: 'shared' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'backend', namespace, labels: { app: 'backend' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'backend', image: 'backend:1' }] },
      },
    },
  };
}

export function rule(namespace: string, exportTo?: readonly string[]): LocalObject {
  const subsets = [{ name: 'shared', labels: { version: 'shared' } }];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'backend', namespace },
    spec: { host: 'backend', subsets, ...(exportTo === undefined ? {} : { exportTo }) },
  };
}

/**
 * The VirtualService in its owners' repository. `version` is in the label `release` and in the last route's timeout.
 */
export function virtualService(
  namespace: string,
  version: number,
  { name = 'backend', host = 'backend' } = {},
): LocalObject {
  const route = [{ destination: { host, subset: 'shared' } }];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace, labels: { release: `r${version}` } },
    spec: {
      hosts: [host],
      http: [
        { name: 'reports', match: [{ uri: { prefix: '/reports' } }], timeout: '60s', route },
        { name: 'everything-else', timeout: `${version}s`, route },
      ],
    },
  };
}

/** An env that sends requests with the header `user: <name>` to a clone of `backend`. */
export function dynamicEnv(name: string, namespace: string, image = 'backend:2'): LocalObject {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      istioMatches: [{ headers: { user: { exact: name } } }],
      subsets: [{ name: 'backend', namespace, containers: [{ containerName: 'backend', image }] }],
    },
  };
}
