import type { ServedKind } from './kinds.ts';

function builtIn(
  group: string,
  kind: string,
  resource: string,
  more: Partial<ServedKind> = {},
): ServedKind {
  const base = { group, version: 'v1', kind, resource, namespaced: true, alsoServed: [] };
  return { ...base, builtIn: true, hasGeneration: group === 'apps', ...more };
}

function custom(group: string, version: string, kind: string, resource: string): ServedKind {
  const base = { group, version, kind, resource, namespaced: true, alsoServed: [] };
  return { ...base, builtIn: false, hasGeneration: true };
}

function istio(kind: string, resource: string): ServedKind {
  return { ...custom(ISTIO, 'v1', kind, resource), alsoServed: ['v1beta1', 'v1alpha3'] };
}

const ISTIO = 'networking.istio.io';
const RBAC = 'rbac.authorization.k8s.io';
const GATEWAY_API = 'gateway.networking.k8s.io';
const AUTOSCALING = { version: 'v2', alsoServed: ['v1'] };
const BETA = { alsoServed: ['v1beta1'] };

/** What every cluster of the simulator serves; a service's own kinds come with its definitions. */
export const COMMON_KINDS: readonly ServedKind[] = [
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
  // Often among people's manifests: they are stored, and nothing acts on them.
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
];
