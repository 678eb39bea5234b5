import { ApiError } from './errors.ts';

/** One served resource: what discovery says about it. */
export interface Kind {
  group: string;
  /** The version objects are stored and read in. */
  version: string;
  kind: string;
  /** Plural, lower case. */
  resource: string;
  namespaced: boolean;
  /** Older versions with the same schema: accepted, converted to `version`. */
  alsoServed: readonly string[];
  /** Built into the API server, not a CustomResourceDefinition: has defaults and keyed lists. */
  builtIn: boolean;
  /** Has metadata.generation. */
  hasGeneration: boolean;
}

function builtIn(group: string, kind: string, resource: string, more: Partial<Kind> = {}): Kind {
  const base = { group, version: 'v1', kind, resource, namespaced: true, alsoServed: [] };
  return { ...base, builtIn: true, hasGeneration: group === 'apps', ...more };
}

function custom(group: string, version: string, kind: string, resource: string): Kind {
  const base = { group, version, kind, resource, namespaced: true, alsoServed: [] };
  return { ...base, builtIn: false, hasGeneration: true };
}

function istio(kind: string, resource: string): Kind {
  return { ...custom(ISTIO, 'v1', kind, resource), alsoServed: ['v1beta1', 'v1alpha3'] };
}

const ISTIO = 'networking.istio.io';
const OURS = 'riskified.com';
const RBAC = 'rbac.authorization.k8s.io';
const GATEWAY_API = 'gateway.networking.k8s.io';
const AUTOSCALING = { version: 'v2', alsoServed: ['v1'] };
const BETA = { alsoServed: ['v1beta1'] };

/** Everything this cluster serves. */
const KINDS: readonly Kind[] = [
  builtIn('', 'Namespace', 'namespaces', { namespaced: false }),
  builtIn('', 'Service', 'services'),
  builtIn('', 'ConfigMap', 'configmaps'),
  builtIn('', 'Secret', 'secrets'),
  builtIn('', 'ServiceAccount', 'serviceaccounts'),
  builtIn('', 'Pod', 'pods'),
  builtIn('apps', 'Deployment', 'deployments'),
  builtIn('apps', 'StatefulSet', 'statefulsets'),
  builtIn('apps', 'DaemonSet', 'daemonsets'),
  builtIn('apps', 'ReplicaSet', 'replicasets'),
  istio('VirtualService', 'virtualservices'),
  istio('DestinationRule', 'destinationrules'),
  istio('Gateway', 'gateways'),
  istio('ServiceEntry', 'serviceentries'),
  istio('Sidecar', 'sidecars'),
  custom('argoproj.io', 'v1alpha1', 'Rollout', 'rollouts'),
  // What people's folders hold beside: stored, and nothing more.
  builtIn('', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  builtIn('', 'PersistentVolume', 'persistentvolumes', { namespaced: false }),
  builtIn('', 'LimitRange', 'limitranges'),
  builtIn('', 'ResourceQuota', 'resourcequotas'),
  builtIn('autoscaling', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', AUTOSCALING),
  builtIn('batch', 'Job', 'jobs'),
  builtIn('batch', 'CronJob', 'cronjobs'),
  builtIn('networking.k8s.io', 'Ingress', 'ingresses'),
  builtIn('networking.k8s.io', 'NetworkPolicy', 'networkpolicies'),
  builtIn('policy', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  builtIn(RBAC, 'Role', 'roles'),
  builtIn(RBAC, 'RoleBinding', 'rolebindings'),
  builtIn(RBAC, 'ClusterRole', 'clusterroles', { namespaced: false }),
  builtIn(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', { namespaced: false }),
  builtIn('storage.k8s.io', 'StorageClass', 'storageclasses', { namespaced: false }),
  builtIn('scheduling.k8s.io', 'PriorityClass', 'priorityclasses', { namespaced: false }),
  builtIn('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions', {
    namespaced: false,
  }),
  istio('WorkloadEntry', 'workloadentries'),
  istio('WorkloadGroup', 'workloadgroups'),
  custom(ISTIO, 'v1alpha3', 'EnvoyFilter', 'envoyfilters'),
  { ...custom('security.istio.io', 'v1', 'AuthorizationPolicy', 'authorizationpolicies'), ...BETA },
  { ...custom('security.istio.io', 'v1', 'PeerAuthentication', 'peerauthentications'), ...BETA },
  {
    ...custom('security.istio.io', 'v1', 'RequestAuthentication', 'requestauthentications'),
    ...BETA,
  },
  { ...custom('telemetry.istio.io', 'v1', 'Telemetry', 'telemetries'), alsoServed: ['v1alpha1'] },
  { ...custom(GATEWAY_API, 'v1', 'Gateway', 'gateways'), ...BETA },
  { ...custom(GATEWAY_API, 'v1', 'HTTPRoute', 'httproutes'), ...BETA },
  custom('monitoring.coreos.com', 'v1', 'ServiceMonitor', 'servicemonitors'),
  custom('monitoring.coreos.com', 'v1', 'PodMonitor', 'podmonitors'),
  custom('monitoring.coreos.com', 'v1', 'PrometheusRule', 'prometheusrules'),
  custom('cert-manager.io', 'v1', 'Certificate', 'certificates'),
  { ...custom(OURS, 'v1alpha1', 'DynamicEnv', 'dynamicenvs'), namespaced: false },
  { ...custom(OURS, 'v1alpha1', 'RouteInjection', 'routeinjections'), namespaced: false },
  custom(OURS, 'v1alpha1', 'MeshIndex', 'meshindexes'),
];

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

function serves(kind: Kind, version: string): boolean {
  return kind.version === version || kind.alsoServed.includes(version);
}

function find(apiVersion: string, matches: (kind: Kind) => boolean): Kind | undefined {
  const { group, version } = splitApiVersion(apiVersion);
  return KINDS.find((kind) => kind.group === group && serves(kind, version) && matches(kind));
}

/** Discovery by kind, as for an object that is written. */
export function kindOf({ apiVersion, kind }: { apiVersion: string; kind: string }): Kind {
  const found = find(apiVersion, (candidate) => candidate.kind === kind);
  if (found) return found;
  throw new ApiError(404, 'NotFound', `no matches for kind "${kind}" in version "${apiVersion}"`);
}

/** Discovery by plural, as in a related rule; undefined: not served. */
export function resourceOf(apiVersion: string, resource: string): Kind | undefined {
  return find(apiVersion, (candidate) => candidate.resource === resource);
}

/** By bare kind (`Deployment`) or plural (`deployments`), as people name things on a command line. */
export function kindNamed(name: string): Kind {
  const found = KINDS.find((kind) => kind.kind === name || kind.resource === name);
  if (found) return found;
  throw new ApiError(404, 'NotFound', `the server doesn't have a resource type "${name}"`);
}

/** `deployments.apps "backend"`: how the API server names an object in its errors. */
export function describe(kind: Kind, name: string): string {
  return `${kind.resource}${kind.group === '' ? '' : `.${kind.group}`} "${name}"`;
}

export function groupKey(apiVersion: string, kind: string): string {
  return `${kind}.${apiVersion}`;
}
