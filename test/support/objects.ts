import type { DynamicEnv, DynamicEnvSpec, Workload } from '../../src/api/dynamicenv.ts';
import type { RouteInjection, RouteInjectionSpec } from '../../src/api/routeinjection.ts';
import type { ObjectMap } from '../../src/hooks/types.ts';
import type {
  DestinationRule,
  DestinationRuleSpec,
  HTTPRoute,
  Subset,
  VirtualService,
  VirtualServiceSpec,
} from '../../src/istio/types.ts';
import type { KubeObject, ObjectMeta } from '../../src/k8s/object.ts';
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  Service,
} from '../../src/k8s/workload.ts';
import type { DecisionConfig } from '../../src/kinds/kinds.ts';

/** The time at which tests take place; `at(5)` is five seconds later. */
export const NOW = new Date('2026-01-01T12:00:00Z');
export const at = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
export const stamp = (seconds: number): string => `${at(seconds).toISOString().slice(0, 19)}Z`;

export const CONFIG: DecisionConfig = Object.freeze({
  drainSeconds: 10,
  settleSeconds: 3,
  versionLabel: 'version',
  defaultVersion: 'shared',
  clusterDomain: 'cluster.local',
  ruleNamespaces: [],
  indexedNamespaces: [],
  serviceRouteHeader: 'x-service-route',
  sourceRouteHeader: 'x-source-route',
  refCarriers: ['header'] as const,
  removeLabels: [],
  removeAnnotations: [],
  allowedHeaderNames: [],
  allowedCommonHeaders: [],
  entryHosts: [],
  maxReplicas: 20,
  maxUniqueWorkloads: 64,
  maxTtl: '',
  requireOwner: false,
  metacontrollerUser: 'system:serviceaccount:metacontroller:metacontroller',
  mergeGroups: [],
  virtualEnvironmentHosts: [],
  autoInjection: 'routes',
});

export type Meta = Partial<Omit<ObjectMeta, 'name' | 'namespace'>>;

/** `namespace/name`, or a cluster-scoped `name`. */
function metadata(path: string, meta: Meta): ObjectMeta {
  const [first = '', second] = path.split('/');
  const head = second === undefined ? { name: first } : { name: second, namespace: first };
  return { ...head, ...meta };
}

/**
 * A base Deployment with one container `main` and the labels app=<name> and version=shared. Its selector is
 * app=<name>.
 */
export function deployment(path: string, spec: Partial<DeploymentSpec> = {}, meta: Meta = {}) {
  const head = metadata(path, { labels: { app: nameOf(path) }, ...meta });
  const app = { app: nameOf(path) };
  const whole: DeploymentSpec = {
    replicas: 3,
    selector: { matchLabels: app },
    template: {
      metadata: { labels: { ...app, version: 'shared' } },
      spec: { containers: [{ name: 'main', image: `${nameOf(path)}:1` }] },
    },
    ...spec,
  };
  const object: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: head,
    spec: whole,
  };
  return object;
}

/** The Deployment with the status that it has when all its pods run. */
export function running(object: Deployment, status: DeploymentStatus = {}): Deployment {
  const count = object.spec.replicas ?? 1;
  return {
    ...object,
    status: {
      ...(object.metadata.generation === undefined
        ? {}
        : { observedGeneration: object.metadata.generation }),
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ],
      ...status,
    },
  };
}

export function service(path: string, selector?: Record<string, string>, meta: Meta = {}) {
  const object: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(path, meta),
    spec: { selector: selector ?? { app: nameOf(path) } },
  };
  return object;
}

/** A DestinationRule for the host of the same name, with the subset `shared`. */
export function rule(path: string, spec: Partial<DestinationRuleSpec> = {}, meta: Meta = {}) {
  const object: DestinationRule = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: metadata(path, meta),
    spec: { host: nameOf(path), subsets: [subset('shared')], ...spec },
  };
  return object;
}

export const subset = (name: string, rest: Partial<Subset> = {}): Subset => ({
  name,
  labels: { version: name },
  ...rest,
});

/** A VirtualService with one route to the host of its own name, subset `shared`. */
export function virtualService(
  path: string,
  spec: Partial<VirtualServiceSpec> = {},
  meta: Meta = {},
) {
  const name = nameOf(path);
  const object: VirtualService = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: metadata(path, meta),
    spec: { hosts: [name], http: [routeTo(name, 'shared')], ...spec },
  };
  return object;
}

export const routeTo = (host: string, to?: string, rest: Partial<HTTPRoute> = {}): HTTPRoute => ({
  route: [{ destination: { host, ...(to === undefined ? {} : { subset: to }) } }],
  ...rest,
});

/** The env `alice` (uid `alice-uid`) for header user=alice, with one subset `shop/backend`. */
export function dynamicEnv(spec: Partial<DynamicEnvSpec> = {}, meta: Partial<ObjectMeta> = {}) {
  const object: DynamicEnv = {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: {
      name: 'alice',
      uid: 'alice-uid',
      generation: 1,
      creationTimestamp: stamp(-3600),
      ...meta,
    },
    spec: {
      istioMatches: [{ headers: { user: { exact: 'alice' } } }],
      subsets: [workload('shop/backend')],
      ...spec,
    },
  };
  return object;
}

export function workload(path: string, rest: Partial<Workload> = {}): Workload {
  const { name, namespace = '' } = metadata(path, {});
  return { name, namespace, containers: [{ image: `${name}:2` }], ...rest };
}

/** The RouteInjection of env alice for the host `backend.shop.svc.cluster.local`. */
export function injection(spec: Partial<RouteInjectionSpec> = {}, meta: Partial<ObjectMeta> = {}) {
  const object: RouteInjection = {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'RouteInjection',
    metadata: { name: 'alice-backend', ...meta },
    spec: {
      env: 'alice',
      envCreationTimestamp: stamp(-3600),
      deployment: { namespace: 'shop', name: 'backend' },
      clone: 'backend-alice',
      host: 'backend.shop.svc.cluster.local',
      from: ['shared'],
      subset: 'alice',
      matches: [{ headers: { user: { exact: 'alice' } } }],
      active: false,
      ...spec,
    },
  };
  return object;
}

/** Objects in the form of a hook request: by `Kind.group/version`, then by `namespace/name` or `name`. */
export function objectMap(objects: readonly KubeObject[]): ObjectMap {
  const map: ObjectMap = {};
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    const key = namespace === undefined ? name : `${namespace}/${name}`;
    const kind = `${object.kind}.${object.apiVersion}`;
    map[kind] = { ...map[kind], [key]: object };
  }
  return map;
}

/** Freezes the value at all depths and returns it. Any later change of it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? '';
}
