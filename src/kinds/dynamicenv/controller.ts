import type { CompositeDefinition } from '../../hooks/controller.ts';

export const DYNAMIC_ENV_CONTROLLER: CompositeDefinition = {
  kind: 'CompositeController',
  name: 'dynamicenv',
  parentResource: {
    apiVersion: 'riskified.com/v1alpha1',
    resource: 'dynamicenvs',
    ignoreStatusChanges: true,
  },
  childResources: [
    { apiVersion: 'apps/v1', resource: 'deployments' },
    { apiVersion: 'networking.istio.io/v1', resource: 'destinationrules' },
    { apiVersion: 'riskified.com/v1alpha1', resource: 'routeinjections' },
    { apiVersion: 'riskified.com/v1alpha1', resource: 'subscribers' },
  ],
  hooks: {
    customize: '/dynamicenv/customize',
    sync: '/dynamicenv/sync',
    finalize: '/dynamicenv/finalize',
  },
};
