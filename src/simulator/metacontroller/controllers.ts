import { MESH_INDEX_NAME } from '../../api/meshindex.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import type { LabelSelector } from '../../k8s/object.ts';
import { NAMESPACE_NAME_LABEL } from '../api-server/defaults.ts';
import { fieldsOf, toFieldsV1 } from '../api-server/field-set.ts';
import type { LocalObject } from '../object.ts';

const HOST = 'http://dynamicenv.dynamicenv.svc:8080';
const ISTIO = 'networking.istio.io/v1';
const OURS = 'riskified.com/v1alpha1';

export const COMPOSITE_NAME = 'dynamicenv';
export const DECORATOR_NAME = 'route-injection';
export const RESYNC_SECONDS = 60;

function hook(url: string) {
  return { version: 'v2', webhook: { url: HOST + url } };
}

function childResource(apiVersion: string, resource: string) {
  return { apiVersion, resource, updateStrategy: { method: 'InPlace', statusChecks: {} } };
}

const COMPOSITE_SPEC = {
  parentResource: { apiVersion: OURS, resource: 'dynamicenvs' },
  childResources: [
    childResource('apps/v1', 'deployments'),
    childResource(ISTIO, 'destinationrules'),
    childResource(OURS, 'routeinjections'),
  ],
  hooks: {
    customize: hook('/dynamicenv/customize'),
    sync: hook('/dynamicenv/sync'),
    finalize: hook('/dynamicenv/finalize'),
  },
  resyncPeriodSeconds: RESYNC_SECONDS,
  generateSelector: true,
};

const DECORATOR_SPEC = {
  resources: [{ apiVersion: ISTIO, resource: 'virtualservices' }],
  hooks: { customize: hook('/route-injection/customize'), sync: hook('/route-injection/sync') },
  resyncPeriodSeconds: RESYNC_SECONDS,
};

/** The Namespaces that the controller `mesh-index` selects. */
export function namespaceSelector(names: readonly string[]): LabelSelector {
  return { matchExpressions: [{ key: NAMESPACE_NAME_LABEL, operator: 'In', values: [...names] }] };
}

function meshIndexSpec(namespaces: readonly string[]) {
  const labelSelector = namespaceSelector(namespaces);
  return {
    resources: [{ apiVersion: 'v1', resource: 'namespaces', labelSelector }],
    attachments: [
      { apiVersion: OURS, resource: 'meshindexes', updateStrategy: { method: 'InPlace' } },
    ],
    hooks: { customize: hook('/mesh-index/customize'), sync: hook('/mesh-index/sync') },
    resyncPeriodSeconds: RESYNC_SECONDS,
  };
}

/** A controller object as every hook request carries it, after `kubectl apply`. */
function controller(
  kind: string,
  name: string,
  uid: string,
  time: string,
  spec: LocalObject['spec'],
) {
  const apiVersion = 'metacontroller.k8s.io/v1alpha1';
  const applied = canonicalJson({ apiVersion, kind, metadata: { annotations: {}, name }, spec });
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `${applied}\n` };
  const object = { apiVersion, kind, metadata: { name, annotations }, spec } as LocalObject;
  const entry = {
    manager: 'kubectl-client-side-apply',
    operation: 'Update',
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fieldsOf(object, false, true).keys()),
  };
  const system = { uid, resourceVersion: '1', generation: 1, creationTimestamp: time };
  const metadata = { name, ...system, annotations, managedFields: [entry] };
  return { kind, apiVersion, metadata, spec, status: {} } as LocalObject;
}

export function compositeController(time: string): LocalObject {
  const uid = '00000000-0000-4000-a000-000000000001';
  return controller('CompositeController', COMPOSITE_NAME, uid, time, COMPOSITE_SPEC);
}

export function decoratorController(time: string): LocalObject {
  const uid = '00000000-0000-4000-a000-000000000002';
  return controller('DecoratorController', DECORATOR_NAME, uid, time, DECORATOR_SPEC);
}

export function meshIndexController(time: string, namespaces: readonly string[]): LocalObject {
  const uid = '00000000-0000-4000-a000-000000000003';
  return controller('DecoratorController', MESH_INDEX_NAME, uid, time, meshIndexSpec(namespaces));
}

/** Where its hooks are, without the host: how the service is called in-process. */
export const URLS = {
  composite: {
    customize: '/dynamicenv/customize',
    sync: '/dynamicenv/sync',
    finalize: '/dynamicenv/finalize',
  },
  decorator: { customize: '/route-injection/customize', sync: '/route-injection/sync' },
  meshIndex: { customize: '/mesh-index/customize', sync: '/mesh-index/sync' },
} as const;

/** The child kinds of the CompositeController. */
export const CHILD_KINDS = ['Deployment', 'DestinationRule', 'RouteInjection'] as const;
