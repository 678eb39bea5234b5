import type { Kind } from '../../hooks/kind.ts';
import { ENVIRONMENT_CONTROLLER } from './controller.ts';

export const ENVIRONMENT_CRD = 'environments.riskified.com';

/** Named configuration. The kind `dynamicenv` overlays it; this one reports whether it can be used, and whether somebody does. */
export const ENVIRONMENT = {
  name: 'environment',
  isOptional: true,
  crds: [{ name: ENVIRONMENT_CRD }],
  flags: {},
  controller: () => ENVIRONMENT_CONTROLLER,
  hooks: async (validator) => {
    const [{ environmentHooks }, ofEnvironments] = await Promise.all([
      import('./hooks.ts'),
      validator(ENVIRONMENT_CRD),
    ]);
    return environmentHooks(ofEnvironments);
  },
} as const satisfies Kind<unknown>;
