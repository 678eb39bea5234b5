import type { Kind } from '../../hooks/kind.ts';
import { virtualEnvironmentController } from './controller.ts';
import { VIRTUAL_ENVIRONMENT_FLAGS, type VirtualEnvironmentSettings } from './settings.ts';

export const VIRTUAL_ENVIRONMENT_CRD = 'virtualenvironments.env.alibaba.com';

/** Groups of pods by a label, with fallback: a VirtualService and a DestinationRule for each Service of a namespace. */
export const VIRTUAL_ENVIRONMENT = {
  name: 'virtual-environment',
  isOptional: true,
  crds: [{ name: VIRTUAL_ENVIRONMENT_CRD }],
  flags: VIRTUAL_ENVIRONMENT_FLAGS,
  controller: ({ autoInjection }) => virtualEnvironmentController(autoInjection),
  hooks: async (validator) => {
    const [{ virtualEnvironmentHooks }, ofEnvironments] = await Promise.all([
      import('./hooks.ts'),
      validator(VIRTUAL_ENVIRONMENT_CRD),
    ]);
    return virtualEnvironmentHooks(ofEnvironments);
  },
} as const satisfies Kind<VirtualEnvironmentSettings>;
