import { API_VERSION } from '../api/marks.ts';
import type { Resource } from '../kube/reader.ts';

const ISTIO = 'networking.istio.io/v1';

export const DYNAMIC_ENVS: Resource = {
  ...resource(API_VERSION, 'DynamicEnv', 'dynamicenvs'),
  isNamespaced: false,
};
export const DEPLOYMENTS: Resource = resource('apps/v1', 'Deployment', 'deployments');
export const STATEFUL_SETS: Resource = resource('apps/v1', 'StatefulSet', 'statefulsets');
export const SERVICES: Resource = resource('v1', 'Service', 'services');
export const DESTINATION_RULES: Resource = resource(ISTIO, 'DestinationRule', 'destinationrules');
export const VIRTUAL_SERVICES: Resource = resource(ISTIO, 'VirtualService', 'virtualservices');

function resource(apiVersion: string, kind: string, plural: string): Resource {
  return { apiVersion, kind, plural, isNamespaced: true };
}
