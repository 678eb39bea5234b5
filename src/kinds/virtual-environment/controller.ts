import type { CompositeDefinition } from '../../hooks/controller.ts';
import type { AutoInjection } from './settings.ts';

export const VIRTUAL_ENVIRONMENT_CONTROLLER: CompositeDefinition = {
  kind: 'CompositeController',
  name: 'virtual-environment',
  parentResource: {
    apiVersion: 'env.alibaba.com/v1alpha2',
    resource: 'virtualenvironments',
    ignoreStatusChanges: true,
  },
  childResources: [
    { apiVersion: 'networking.istio.io/v1', resource: 'destinationrules' },
    { apiVersion: 'networking.istio.io/v1', resource: 'virtualservices' },
  ],
  hooks: {
    customize: '/virtual-environment/customize',
    sync: '/virtual-environment/sync',
    finalize: '/virtual-environment/finalize',
  },
};

/** With EnvoyFilters only if the setting asks for them: the right to write them is a power over all proxies. */
export function virtualEnvironmentController(autoInjection: AutoInjection): CompositeDefinition {
  const { childResources } = VIRTUAL_ENVIRONMENT_CONTROLLER;
  if (autoInjection === 'routes') return VIRTUAL_ENVIRONMENT_CONTROLLER;
  const filters = { apiVersion: 'networking.istio.io/v1alpha3', resource: 'envoyfilters' };
  return { ...VIRTUAL_ENVIRONMENT_CONTROLLER, childResources: [...childResources, filters] };
}
