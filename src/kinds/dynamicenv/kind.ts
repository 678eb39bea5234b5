import type { Kind } from '../../hooks/kind.ts';
import { DYNAMIC_ENV_CONTROLLER } from './controller.ts';
import { ENV_FLAGS, type EnvSettings } from './settings.ts';

export const DYNAMIC_ENV_CRD = 'dynamicenvs.riskified.com';

export const DYNAMIC_ENV = {
  name: 'dynamicenv',
  isOptional: false,
  crds: [
    {
      name: DYNAMIC_ENV_CRD,
      validator: async (crd) => (await import('./validator.ts')).envValidator(crd),
    },
    { name: 'routeinjections.riskified.com' },
    { name: 'subscribers.riskified.com' },
  ],
  flags: ENV_FLAGS,
  controller: () => DYNAMIC_ENV_CONTROLLER,
  hooks: async (validator) => {
    const [{ envHooks }, ofEnvs] = await Promise.all([
      import('./hooks.ts'),
      validator(DYNAMIC_ENV_CRD),
    ]);
    return envHooks(ofEnvs);
  },
} as const satisfies Kind<EnvSettings>;
