import type { KubeObject } from '../../src/k8s/object.ts';
import { applied } from './stored.ts';

export const NAMESPACE = 'shop';
/** Where people come in. */
export const ENTRANCE = { host: 'shop.example.com', gateway: 'infra/public' };

/** The objects of one service, as they are stored in the cluster after its owners applied them. */
export interface ServiceObjects {
  deployment: KubeObject;
  service: KubeObject;
  rule: KubeObject;
  virtualService: KubeObject;
}

export function serviceName(index: number): string {
  return `service-${String(index).padStart(4, '0')}`;
}

/**
 * Creates the objects of one service. `routes`: number of routes in its VirtualService. The last route has no match. `isEntrance`: the
 * VirtualService is for requests of people, not for those of other services.
 */
export function serviceObjects(index: number, routes = 3, isEntrance = false): ServiceObjects {
  const name = serviceName(index);
  const metadata = { name, namespace: NAMESPACE, labels: labelsOf(name) };
  return {
    deployment: running(applied(deployment(name, metadata))),
    service: applied({
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    } as KubeObject),
    rule: applied({
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata,
      spec: {
        host: name,
        trafficPolicy: {
          connectionPool: {
            http: { http1MaxPendingRequests: 1024, maxRequestsPerConnection: 100 },
          },
          outlierDetection: { consecutive5xxErrors: 5, interval: '10s', baseEjectionTime: '30s' },
        },
        subsets: [{ name: 'shared', labels: { version: 'shared' } }],
      },
    } as KubeObject),
    virtualService: applied({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata,
      spec: {
        ...(isEntrance
          ? { hosts: [ENTRANCE.host], gateways: [ENTRANCE.gateway] }
          : { hosts: [name] }),
        http: Array.from({ length: routes }, (_, at) => route(name, at, at === routes - 1)),
      },
    } as KubeObject),
  };
}

function labelsOf(name: string): Record<string, string> {
  return { app: name, 'app.kubernetes.io/part-of': 'shop', team: `team-${name.slice(-1)}` };
}

function route(host: string, at: number, isLast: boolean) {
  return {
    name: isLast ? 'default' : `path-${at}`,
    ...(isLast ? {} : { match: [{ uri: { prefix: `/api/v${at}/` } }] }),
    route: [{ destination: { host, subset: 'shared', port: { number: 80 } } }],
    timeout: '10s',
    retries: { attempts: 2, perTryTimeout: '3s', retryOn: '5xx,reset' },
  };
}

function deployment(name: string, metadata: object): KubeObject {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { ...labelsOf(name), version: 'shared' } },
        spec: {
          serviceAccountName: name,
          containers: [
            {
              name: 'main',
              image: `registry.example.com/shop/${name}:1.4.2`,
              ports: [{ name: 'http', containerPort: 8080 }],
              env: Array.from({ length: 12 }, (_, at) => ({
                name: `SETTING_${at}`,
                value: `https://dependency-${at}.shop.svc.cluster.local:8080`,
              })),
              resources: {
                requests: { cpu: '250m', memory: '512Mi' },
                limits: { memory: '512Mi' },
              },
              readinessProbe: probe,
              livenessProbe: probe,
            },
          ],
        },
      },
    },
  } as unknown as KubeObject;
}

/** The Deployment with the status that it has when all pods run its current spec. */
export function running<T extends KubeObject>(object: T): T {
  const { replicas = 1 } = (object as unknown as { spec: { replicas?: number } }).spec;
  const time = object.metadata.creationTimestamp;
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: time,
    lastUpdateTime: time,
  });
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, 'deployment.kubernetes.io/revision': '1' },
    },
    status: {
      observedGeneration: object.metadata.generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      terminatingReplicas: 0,
      conditions: [
        condition('Available', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'),
        condition(
          'Progressing',
          'NewReplicaSetAvailable',
          `ReplicaSet "${object.metadata.name}-5f6fb548b" has successfully progressed.`,
        ),
      ],
    },
  };
}
