import { NOT_OURS } from '../../api/marks.ts';
import type { RelatedRule } from '../../hooks/types.ts';

const ISTIO = 'networking.istio.io/v1';

/**
 * All objects of a VirtualEnvironment's namespace that decide. Nothing of its spec counts here. Clones of DynamicEnvs are no versions,
 * and they get no regular requests.
 */
export function relatedToNamespace(namespace: string): RelatedRule[] {
  return [
    { apiVersion: 'v1', resource: 'services', namespace },
    { apiVersion: 'apps/v1', resource: 'deployments', namespace, labelSelector: NOT_OURS },
    { apiVersion: 'apps/v1', resource: 'statefulsets', namespace },
    { apiVersion: ISTIO, resource: 'virtualservices', namespace },
    { apiVersion: ISTIO, resource: 'destinationrules', namespace, labelSelector: NOT_OURS },
    { apiVersion: 'env.alibaba.com/v1alpha2', resource: 'virtualenvironments', namespace },
  ];
}
