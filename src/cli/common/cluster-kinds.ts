import { API_VERSION } from '../../api/marks.ts';
import {
  VIRTUAL_ENVIRONMENT_GROUP,
  VIRTUAL_ENVIRONMENT_KIND,
  VIRTUAL_ENVIRONMENT_VERSION,
} from '../../api/virtualenvironment.ts';
import {
  MERGE_GROUPS,
  MERGE_KIND,
  MERGE_RESOURCE,
  MERGE_VERSION,
} from '../../api/virtualservicemerge.ts';
import type { Resource } from '../../kube-client/reader.ts';

const ISTIO = 'networking.istio.io/v1';

export const DYNAMIC_ENVS: Resource = {
  ...resource(API_VERSION, 'DynamicEnv', 'dynamicenvs'),
  isNamespaced: false,
};
export const ROUTE_INJECTIONS: Resource = {
  ...resource(API_VERSION, 'RouteInjection', 'routeinjections'),
  isNamespaced: false,
};
export const SUBSCRIBERS: Resource = {
  ...resource(API_VERSION, 'Subscriber', 'subscribers'),
  isNamespaced: false,
};
export const ENVIRONMENTS: Resource = {
  ...resource(API_VERSION, 'Environment', 'environments'),
  isNamespaced: false,
};
export const CONFIG_MAPS: Resource = resource('v1', 'ConfigMap', 'configmaps');
export const SECRETS: Resource = resource('v1', 'Secret', 'secrets');
/** VirtualServiceMerges of each API group. */
export const MERGES: readonly Resource[] = MERGE_GROUPS.map((group) =>
  resource(`${group}/${MERGE_VERSION}`, MERGE_KIND, MERGE_RESOURCE),
);
export const VIRTUAL_ENVIRONMENTS: Resource = resource(
  `${VIRTUAL_ENVIRONMENT_GROUP}/${VIRTUAL_ENVIRONMENT_VERSION}`,
  VIRTUAL_ENVIRONMENT_KIND,
  'virtualenvironments',
);
export const DEPLOYMENTS: Resource = resource('apps/v1', 'Deployment', 'deployments');
export const STATEFUL_SETS: Resource = resource('apps/v1', 'StatefulSet', 'statefulsets');
export const SERVICES: Resource = resource('v1', 'Service', 'services');
export const DESTINATION_RULES: Resource = resource(ISTIO, 'DestinationRule', 'destinationrules');
export const VIRTUAL_SERVICES: Resource = resource(ISTIO, 'VirtualService', 'virtualservices');
/** Kinds that may change where a request goes, and that a trace does not evaluate. */
export const NOT_CONSIDERED: readonly Resource[] = [
  resource(ISTIO, 'Sidecar', 'sidecars'),
  resource(ISTIO, 'ServiceEntry', 'serviceentries'),
  resource(ISTIO, 'Gateway', 'gateways'),
  resource('networking.istio.io/v1alpha3', 'EnvoyFilter', 'envoyfilters'),
  resource('security.istio.io/v1', 'AuthorizationPolicy', 'authorizationpolicies'),
  resource('security.istio.io/v1', 'RequestAuthentication', 'requestauthentications'),
  resource('security.istio.io/v1', 'PeerAuthentication', 'peerauthentications'),
  resource('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
];

function resource(apiVersion: string, kind: string, plural: string): Resource {
  return { apiVersion, kind, plural, isNamespaced: true };
}
