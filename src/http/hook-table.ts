import type { Hook } from '../hooks/hook.ts';
import { COMPOSITE_REQUEST, CUSTOMIZE_REQUEST, DECORATOR_REQUEST } from '../hooks/schemas.ts';
import type { Service } from '../hooks/service.ts';
import { customizeEnv, finalizeEnvHook, syncEnvHook } from '../kinds/dynamicenv/hooks.ts';
import { customizeMeshIndex, syncMeshIndex } from '../kinds/mesh-index/hooks.ts';
import { ADMISSION_HOOK } from '../kinds/virtualservice/admission-hook.ts';
import { customizeVirtualService, syncVirtualService } from '../kinds/virtualservice/hooks.ts';

/** Every hook: where, what it is sent, who answers. */
export const HOOKS: readonly Hook<Service>[] = [
  {
    url: '/dynamicenv/customize',
    name: 'dynamicenv-customize',
    schema: CUSTOMIZE_REQUEST,
    answer: customizeEnv,
  },
  {
    url: '/dynamicenv/sync',
    name: 'dynamicenv-sync',
    schema: COMPOSITE_REQUEST,
    answer: syncEnvHook,
  },
  {
    url: '/dynamicenv/finalize',
    name: 'dynamicenv-finalize',
    schema: COMPOSITE_REQUEST,
    answer: finalizeEnvHook,
  },
  {
    url: '/route-injection/customize',
    name: 'route-injection-customize',
    schema: CUSTOMIZE_REQUEST,
    answer: customizeVirtualService,
  },
  {
    url: '/route-injection/sync',
    name: 'route-injection-sync',
    schema: DECORATOR_REQUEST,
    answer: syncVirtualService,
  },
  {
    url: '/mesh-index/customize',
    name: 'mesh-index-customize',
    schema: CUSTOMIZE_REQUEST,
    answer: customizeMeshIndex,
  },
  {
    url: '/mesh-index/sync',
    name: 'mesh-index-sync',
    schema: DECORATOR_REQUEST,
    answer: syncMeshIndex,
  },
  ADMISSION_HOOK,
];
