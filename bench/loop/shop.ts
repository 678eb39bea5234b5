import type { KubeObject } from '../../src/k8s/object.ts';

export const NAMESPACE = 'shop';

/** `service-007` */
export function serviceName(index: number): string {
  return `service-${String(index).padStart(3, '0')}`;
}

/** The manifests that the owners of one service apply: one pod, one route. */
export function serviceManifests(index: number): KubeObject[] {
  const name = serviceName(index);
  const metadata = { name, namespace: NAMESPACE };
  const labels = { app: name, version: 'shared' };
  const base = { host: name, subset: 'shared' };
  const containers = [{ name: 'main', image: `registry.example.com/shop/${name}:1.4.2` }];
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata,
      spec: { host: name, subsets: [{ name: 'shared', labels: { version: 'shared' } }] },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata,
      spec: { hosts: [name], http: [{ name: 'default', route: [{ destination: base }] }] },
    },
  ] as unknown as KubeObject[];
}

/** An env that overrides the image of one service. */
export function envManifest(name: string, service: number): KubeObject {
  const base = serviceName(service);
  const containers = [{ image: `registry.example.com/shop/${base}:${name}` }];
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      istioMatches: [{ headers: { user: { exact: name } } }],
      subsets: [{ name: base, namespace: NAMESPACE, containers }],
    },
  } as unknown as KubeObject;
}
