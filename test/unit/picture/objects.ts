import { DEPLOYMENT_ANNOTATION, ENVS_ANNOTATION, PLAN_ANNOTATION } from '../../../src/api/marks.ts';
import type { DestinationRule, HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Deployment, Service } from '../../../src/k8s/workload.ts';
import { type PlanNote, serializePlan } from '../../../src/virtualservice/routes/plan-codec.ts';
import { destinationRule, route, subset, to, virtualService } from '../istio/builders.ts';

/** Objects for the tables in this folder. The namespace is `shop` unless the name contains another one. */
export const SETTINGS = { clusterDomain: 'cluster.local' };

const place = (at: string) => {
  const [name = '', namespace = 'shop'] = at.split('/').reverse();
  return { name, namespace };
};

const READY = { replicas: 1, readyReplicas: 1 };

/** A Deployment with the pod labels app and version. */
export function deployment(at: string, app: string, version: string): Deployment {
  const labels = { app, version };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: place(at),
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [] } },
    },
    status: READY,
  };
}

export function clone(base: string, env: string): Deployment {
  const { name, namespace } = place(base);
  const made = deployment(`${namespace}/${name}-${env}`, name, env);
  const metadata = {
    ...made.metadata,
    labels: { 'dynamic-env': 'true' },
    annotations: { [ENVS_ANNOTATION]: env, [DEPLOYMENT_ANNOTATION]: `${namespace}/${name}` },
  };
  return { ...made, metadata };
}

export function service(at: string): Service {
  const metadata = place(at);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: { app: metadata.name } },
  };
}

export function rule(at: string, ...subsets: string[]): DestinationRule {
  const { name, namespace } = place(at);
  return destinationRule(`${namespace}/${name}`, {
    host: name,
    subsets: subsets.map((one) => subset(one)),
  });
}

export function routes(at: string, ...http: HTTPRoute[]): VirtualService {
  const { name, namespace } = place(at);
  return virtualService(`${namespace}/${name}`, { hosts: [name], http });
}

/** A route that an env has. */
export function envRoute(host: string, env: string): HTTPRoute {
  return { match: [{ headers: { user: { exact: env } } }], route: [to(host, env)] };
}

/** A Service with one base, a rule and a route; for each of these envs also a clone and a route. */
export function simple(at: string, ...envs: string[]): KubeObject[] {
  const { name, namespace } = place(at);
  return [
    service(at),
    deployment(at, name, 'shared'),
    rule(at, 'shared', ...envs),
    ...envs.map((env) => clone(`${namespace}/${name}`, env)),
    routes(at, ...envs.map((env) => envRoute(name, env)), route(name, 'shared')),
  ];
}

/** A VirtualService with a plan that has these notes. */
export function noted(
  vs: VirtualService,
  ...notes: Omit<PlanNote, 'deployment'>[]
): VirtualService {
  const deployment = { namespace: 'shop', name: 'a' };
  const plan = serializePlan({
    injections: [],
    notes: notes.map((note) => ({ ...note, deployment })),
  });
  return { ...vs, metadata: { ...vs.metadata, annotations: { [PLAN_ANNOTATION]: plan } } };
}

const NAMES = ['cart', 'recommendations-of-a-rather-long-name', 'orders', 'x', 'mail-outbound'];

/**
 * This number of Services in several namespaces. Some have envs, and a VirtualService of a gateway routes to some of
 * them.
 */
export function bigShop(count: number): KubeObject[] {
  const names = Array.from({ length: count }, (_, index) => ({
    namespace: `team-${index % 4}`,
    name: `${NAMES[index % NAMES.length]}-${index}`,
  }));
  const envsOf = (index: number) => (index % 9 === 0 ? ['alice', 'bob'].slice(index % 2) : []);
  const gateway = virtualService('team-0/public', {
    hosts: ['shop.example.com'],
    gateways: ['istio-system/public'],
    http: names
      .filter((_, index) => index % 7 === 0)
      .map(({ name, namespace }) => ({
        match: [{ uri: { prefix: `/${name}/and/something/that/is/rather/long` } }],
        route: [to(`${name}.${namespace}.svc.cluster.local`, 'shared')],
      })),
  });
  return [
    ...names.flatMap(({ name, namespace }, index) =>
      simple(`${namespace}/${name}`, ...envsOf(index)),
    ),
    gateway,
  ];
}
