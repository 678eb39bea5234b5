import type { DecoratorDefinition } from '../../hooks/controller.ts';

export const VIRTUAL_SERVICE_CONTROLLER: DecoratorDefinition = {
  kind: 'DecoratorController',
  name: 'route-injection',
  resources: [{ apiVersion: 'networking.istio.io/v1', resource: 'virtualservices' }],
  attachments: [],
  hooks: { customize: '/route-injection/customize', sync: '/route-injection/sync' },
};
