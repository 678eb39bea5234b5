import { ENVIRONMENT_RESOURCE } from '../../api/environment.ts';
import { API_VERSION } from '../../api/marks.ts';
import type { DecoratorDefinition } from '../../hooks/controller.ts';

/** The DecoratorController for Environments: it writes their status, and makes nothing. */
export const ENVIRONMENT_CONTROLLER: DecoratorDefinition = {
  kind: 'DecoratorController',
  name: 'environment',
  resources: [{ apiVersion: API_VERSION, resource: ENVIRONMENT_RESOURCE }],
  attachments: [],
  hooks: { customize: '/environment/customize', sync: '/environment/sync' },
};
