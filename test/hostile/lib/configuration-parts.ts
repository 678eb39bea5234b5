import { byName, injection } from './parts.ts';

interface Base {
  containers: object[];
  more?: object;
  annotations?: object;
}

export function base(index: number, { containers, more = {}, annotations }: Base) {
  const name = `b${index}`;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', ...(annotations && { annotations }) },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name, version: 'shared' } }, spec: { containers } },
      ...more,
    },
  };
}

export const environment = (name: string, spec: unknown) => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'Environment',
  metadata: { name },
  spec,
});

export const main = (variables: object[]) => [{ name: 'main', image: 'a', env: variables }];
export interface ConfiguredCluster {
  bases: ReturnType<typeof base>[];
  statefulSets?: ReturnType<typeof base>[];
  children?: object;
  services?: object[];
  environments?: ReturnType<typeof environment>[];
  spec?: object;
}

/** The clones and injections that an env has of these bases; every second one gets requests. */
export function ownClones(bases: readonly ReturnType<typeof base>[]) {
  const annotations = (name: string) => ({
    'riskified.com/dynamic-environment': 'alice',
    'riskified.com/deployment': `shop/${name}`,
    'riskified.com/configuration': 'of-before',
  });
  const labels = { 'dynamic-env': 'true', 'controller-uid': 'u1' };
  const clones = bases.map((one) => {
    const { name } = one.metadata;
    const metadata = { name: `${name}-alice`, namespace: 'shop', labels };
    return { ...one, metadata: { ...metadata, annotations: annotations(name) } };
  });
  const injections = bases.map(({ metadata: { name } }, at) => {
    const host = `${name}.shop.svc.cluster.local`;
    const one = injection(at, { env: 'alice', host });
    const deployment = { namespace: 'shop', name };
    const own = {
      labels,
      annotations: { ...annotations(name), 'riskified.com/service-host': host },
    };
    return {
      ...one,
      metadata: { ...one.metadata, ...own },
      spec: { ...one.spec, deployment, active: at % 2 === 0 },
    };
  });
  return {
    'Deployment.apps/v1': byName(clones),
    'RouteInjection.riskified.com/v1alpha1': byName(injections),
  };
}
