import type { DynamicEnv, IstioMatch } from '../../../../src/api/dynamicenv.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { HEADER } from './request.ts';

export const NAMESPACE = 'shop';
export const HOST = `backend.${NAMESPACE}`;
const LABELS = { app: 'backend', version: 'shared' };

/**
 * The objects that exist without any env: one Deployment behind one Service, and what Istio needs to distinguish
 * versions.
 */
export function world(): LocalObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'backend', namespace: NAMESPACE, labels: { app: 'backend' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: { containers: [{ name: 'backend', image: 'backend:1' }] },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'backend', namespace: NAMESPACE },
      spec: { selector: { app: 'backend' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'backend', namespace: NAMESPACE },
      spec: { host: 'backend', subsets: [{ name: 'shared', labels: { version: 'shared' } }] },
    },
    virtualService(1),
  ];
}

/**
 * The VirtualService in its owner's repository. `release` is part of a timeout, so that every release changes the route
 * table.
 */
export function virtualService(release: number): LocalObject & VirtualService {
  const route = [{ destination: { host: 'backend', subset: 'shared' } }];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'backend', namespace: NAMESPACE },
    spec: {
      hosts: ['backend'],
      http: [
        { name: 'reports', match: [{ uri: { prefix: '/reports' } }], timeout: '60s', route },
        { name: 'everything-else', timeout: `${30 + (release % 2)}s`, route },
      ],
    },
  };
}

/** An env whose requests go to a clone of backend: those of a user, or of a ref. */
export function dynamicEnv(name: string, of: string | { ref: string }): LocalObject & DynamicEnv {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      ...(typeof of === 'string' ? { istioMatches: matchesOf(of) } : of),
      subsets: [{ name: 'backend', namespace: NAMESPACE, containers: [{ image: 'backend:2' }] }],
    },
  };
}

export function matchesOf(user: string): IstioMatch[] {
  return [{ headers: { [HEADER]: { exact: user } } }];
}
