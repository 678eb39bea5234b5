import type { Kind } from '../../hooks/kind.ts';
import { VIRTUAL_SERVICE_CONTROLLER } from './controller.ts';
import { VIRTUAL_SERVICE_FLAGS, type VirtualServiceSettings } from './settings.ts';

/** Istio's VirtualServices, with the routes of DynamicEnvs. */
export const VIRTUAL_SERVICE = {
  name: 'virtualservice',
  isOptional: false,
  crds: [{ name: 'routeinjections.riskified.com' }],
  flags: VIRTUAL_SERVICE_FLAGS,
  controller: () => VIRTUAL_SERVICE_CONTROLLER,
  hooks: async () => (await import('./hooks.ts')).VIRTUAL_SERVICE_HOOKS,
  admission: async () => (await import('./admission-hook.ts')).ADMISSION_HOOK,
  webhook: async () => (await import('./webhook.ts')).VIRTUAL_SERVICE_WEBHOOK,
} as const satisfies Kind<VirtualServiceSettings>;
