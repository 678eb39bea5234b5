import type { CompositeDefinition } from '../../hooks/controller.ts';

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
