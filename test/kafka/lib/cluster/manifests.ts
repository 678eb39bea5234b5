import type { ConsumerSettings } from '../consumer-settings.ts';

export const NAMESPACE = 'shop';
export const SERVICE = 'order-service';

const image = (version: string) => `registry.example.com/shop/${SERVICE}:${version}`;

/** What a team has in its namespace: a service with two pods that has opted in, and its routes. */
export function shopManifests(
  feedUrl: string,
  settings: Omit<ConsumerSettings, 'handledFile'>,
): object {
  const metadata = { name: SERVICE, namespace: NAMESPACE };
  const labels = { app: SERVICE, version: 'shared' };
  const env = {
    DYNAMICENV_WORKLOAD: `${NAMESPACE}/${SERVICE}`,
    DYNAMICENV_FEED: feedUrl,
    CONSUMER: JSON.stringify(settings),
  };
  const container = {
    name: SERVICE,
    image: image('1'),
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
  };
  const route = [{ destination: { host: SERVICE, subset: 'shared' } }];
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, labels: { ...labels, 'riskified.com/event-routing': 'true' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: SERVICE }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata,
      spec: { host: SERVICE, subsets: [{ name: 'shared', labels: { version: 'shared' } }] },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata,
      spec: { hosts: [SERVICE], http: [{ name: 'all', route }] },
    },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}

export interface EnvOptions {
  /** Whether requests reach the clone, too, or only messages. */
  kind: 'subsets' | 'consumers';
  replicas: number;
  version?: string;
  suspend?: boolean;
}

/** A DynamicEnv that has the name of its ref. */
export function envManifest(
  ref: string,
  { kind, replicas, version = ref, suspend = false }: EnvOptions,
): object {
  const workload = {
    name: SERVICE,
    namespace: NAMESPACE,
    replicas,
    containers: [{ image: image(version) }],
    events: { drainSeconds: 60 },
  };
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: ref },
    spec: { ref, suspend, [kind]: [workload] },
  };
}
