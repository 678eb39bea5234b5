import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import type { AdmissionRequest } from '../../../src/hooks/types.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import type { Deployment } from '../../../src/k8s/workload.ts';
import { merge } from '../../support/merges.ts';
import {
  environment,
  levelService,
  levelWorkload,
  requestOf,
  settled,
  world,
} from '../../support/virtual-environment-world.ts';

const CREATED = '2025-12-31T23:00:00Z';

export function env(more: Partial<DynamicEnv> = {}): DynamicEnv {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: 'alice', uid: 'u1', generation: 1, creationTimestamp: CREATED },
    spec: {
      istioMatches: [{ headers: { user: { exact: 'alice' } } }],
      subsets: [{ name: 'backend', namespace: 'shop', containers: [{ image: 'backend:2' }] }],
    },
    ...more,
  };
}

export const BASE: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'backend', namespace: 'shop', creationTimestamp: CREATED },
  spec: {
    selector: { matchLabels: { app: 'backend' } },
    template: {
      metadata: { labels: { app: 'backend', version: 'shared' } },
      spec: { containers: [{ name: 'backend', image: 'backend:1' }] },
    },
  },
};

export const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'backend', namespace: 'shop' },
  spec: { selector: { app: 'backend' }, ports: [{ port: 80 }] },
};

export const RULE = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'backend', namespace: 'shop' },
  spec: { host: 'backend', subsets: [{ name: 'shared', labels: { version: 'shared' } }] },
};

export function virtualService(more: Partial<VirtualService> = {}): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'backend', namespace: 'shop', creationTimestamp: CREATED },
    spec: {
      hosts: ['backend'],
      http: [{ name: 'stable', route: [{ destination: { host: 'backend', subset: 'shared' } }] }],
    },
    ...more,
  };
}

export function customizeBody(parent: object = env()) {
  return { controller: {}, parent };
}

export function compositeBody(more: object = {}) {
  return {
    controller: {},
    parent: env(),
    children: {
      'Deployment.apps/v1': {},
      'DestinationRule.networking.istio.io/v1': {},
      'RouteInjection.riskified.com/v1alpha1': {},
    },
    related: {
      'Deployment.apps/v1': { 'shop/backend': BASE },
      'StatefulSet.apps/v1': {},
      'Service.v1': { 'shop/backend': SERVICE },
      'DestinationRule.networking.istio.io/v1': { 'shop/backend': RULE },
      'VirtualService.networking.istio.io/v1': {},
    },
    finalizing: false,
    ...more,
  };
}

export function decoratorBody(more: object = {}) {
  return {
    controller: {},
    object: virtualService(),
    attachments: {},
    related: { 'RouteInjection.riskified.com/v1alpha1': {} },
    finalizing: false,
    ...more,
  };
}

export function meshIndexBody(more: object = {}) {
  return decoratorBody({
    object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    attachments: { 'MeshIndex.riskified.com/v1alpha1': {} },
    related: {
      'Service.v1': { 'shop/backend': SERVICE },
      'DestinationRule.networking.istio.io/v1': { 'shop/backend': RULE },
    },
    ...more,
  });
}

/** Two versions behind a Service, with the objects that they have. */
export function virtualEnvironmentBody(more: object = {}) {
  const workloads = ['dev', 'dev.proj1'].map((value) => levelWorkload('app', value));
  const { parent, children, related } = requestOf(
    settled(world({ services: [levelService('app')], workloads })),
  );
  return compositeBody({ parent, children, related, ...more });
}

export function mergeBody(more: object = {}) {
  return decoratorBody({
    object: merge('shop/m'),
    related: { 'VirtualService.networking.istio.io/v1': { 'shop/backend': virtualService() } },
    ...more,
  });
}

export function admissionBody(more: Partial<AdmissionRequest> = {}) {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'r1',
      operation: 'UPDATE' as const,
      userInfo: { username: 'somebody' },
      object: virtualService(),
      oldObject: virtualService(),
      namespace: 'shop',
      dryRun: false,
      ...more,
    },
  };
}

/** A valid body for each hook. */
export const BODIES: Record<string, () => object> = {
  '/dynamicenv/customize': customizeBody,
  '/dynamicenv/sync': compositeBody,
  '/dynamicenv/finalize': () => compositeBody({ finalizing: true }),
  '/route-injection/customize': () => customizeBody(virtualService()),
  '/route-injection/sync': decoratorBody,
  '/virtual-service-merge/customize': () => customizeBody(merge('shop/m')),
  '/virtual-service-merge/sync': mergeBody,
  '/mesh-index/customize': () =>
    customizeBody({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }),
  '/mesh-index/sync': meshIndexBody,
  '/virtual-environment/customize': () => customizeBody(environment()),
  '/virtual-environment/sync': virtualEnvironmentBody,
  '/virtual-environment/finalize': () => virtualEnvironmentBody({ finalizing: true }),
  '/admission/virtualservices': admissionBody,
  '/admission/virtualservicemerges': () =>
    admissionBody({ object: merge('shop/m'), oldObject: merge('shop/m') }),
};
