import { gzipSync } from 'node:zlib';
import { byName, CREATED, HOST, injection, route, times, virtualService } from './parts.ts';

export const ENV_LABEL = { 'env.riskified.com/alice': 'injected' };
export const RULE = 'DestinationRule.networking.istio.io/v1';

export const OVERRIDE = { containers: [{ image: 'backend:2' }] };
export const SUBSET = { name: 'backend', namespace: 'shop', ...OVERRIDE };

export function env(spec: object = {}, metadata: object = {}, more: object = {}) {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: 'alice', uid: 'u1', generation: 1, creationTimestamp: CREATED, ...metadata },
    spec: {
      istioMatches: [{ headers: { user: { exact: 'alice' } } }],
      subsets: [SUBSET],
      ...spec,
    },
    ...more,
  };
}

export function deployment(template: object = {}, labels: object = {}, name = 'backend') {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', creationTimestamp: CREATED },
    spec: {
      selector: { matchLabels: { app: 'backend' } },
      template: {
        metadata: { labels: { app: 'backend', version: 'shared', ...labels } },
        spec: { containers: [{ name: 'backend', image: 'backend:1' }], ...template },
      },
    },
  };
}

export function service(index: number, spec: object = { selector: { app: 'backend' } }) {
  const name = index === 0 ? 'backend' : `service-${index}`;
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec };
}

export function rule(index: number, spec: object = {}) {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: `rule-${index}`, namespace: 'shop', creationTimestamp: CREATED },
    spec: {
      host: 'backend',
      subsets: [{ name: 'shared', labels: { version: 'shared' } }],
      ...spec,
    },
  };
}

export interface Cluster {
  env?: object;
  base?: object;
  services?: object[];
  rules?: object[];
  virtualServices?: object[];
  children?: object;
  related?: object;
}

export function body(
  { env: parent, base, services, rules, virtualServices, children, related }: Cluster,
  finalizing = false,
) {
  return {
    controller: {},
    parent: parent ?? env(),
    children: children ?? {},
    related: {
      'Deployment.apps/v1': { 'shop/backend': base ?? deployment() },
      'StatefulSet.apps/v1': {},
      'Service.v1': byName((services ?? [service(0)]) as never[]),
      [RULE]: byName((rules ?? [rule(0)]) as never[]),
      'VirtualService.networking.istio.io/v1': byName(
        (virtualServices ?? [
          virtualService({ http: [route()] }, { labels: ENV_LABEL }),
        ]) as never[],
      ),
      ...related,
    },
    finalizing,
  };
}

export function vs(index: number, spec: object) {
  return virtualService(spec, { name: `vs-${index}`, labels: ENV_LABEL });
}

export function own(kind: string, name: string) {
  return {
    name,
    labels: { 'dynamic-env': 'true', 'controller-uid': 'u1' },
    annotations: {
      'riskified.com/dynamic-environment': 'alice',
      'riskified.com/deployment': 'shop/backend',
      'riskified.com/service-host': HOST,
    },
    ...(kind === 'RouteInjection' ? {} : { namespace: 'shop' }),
  };
}

/** `n` children of each kind. */
export function children(n: number) {
  const injections = times(n, (at) => {
    const one = injection(at, { env: 'alice', host: `h${at}` });
    return { ...one, metadata: { ...one.metadata, ...own('RouteInjection', `i${at}`) } };
  });
  const rules = times(n, (at) => ({ ...rule(at), metadata: own('DestinationRule', `r${at}`) }));
  const clones = times(n, (at) => ({ ...deployment(), metadata: own('Deployment', `d${at}`) }));
  return {
    'Deployment.apps/v1': byName(clones),
    [RULE]: byName(rules),
    'RouteInjection.riskified.com/v1alpha1': byName(injections),
  };
}

export function meshIndex(content: unknown) {
  return {
    'Namespace.v1': { shop: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } },
    'MeshIndex.riskified.com/v1alpha1': {
      'shop/mesh-index': {
        apiVersion: 'riskified.com/v1alpha1',
        kind: 'MeshIndex',
        metadata: {
          name: 'mesh-index',
          namespace: 'shop',
          annotations: { 'metacontroller.k8s.io/decorator-controller': 'mesh-index' },
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'n', controller: true },
          ],
        },
        spec: {
          format: 1,
          services: 0,
          destinationRules: 0,
          content: gzipSync(JSON.stringify(content)).toString('base64'),
        },
      },
    },
  };
}

export const many = (n: number) => times(n, (at) => `item-${at}`);
