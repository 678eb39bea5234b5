import {
  ADMISSION_REVIEW,
  COMPOSITE_REQUEST,
  CUSTOMIZE_REQUEST,
  DECORATOR_REQUEST,
} from '../hooks/schemas.ts';
import { admitVirtualService } from './admission-handler.ts';
import { customizeEnv, finalizeEnvHook, syncEnvHook } from './env-handlers.ts';
import { customizeMeshIndex, syncMeshIndex } from './mesh-index-handlers.ts';
import type { Service } from './service.ts';
import { customizeVirtualService, syncVirtualService } from './virtualservice-handlers.ts';

export interface Hook {
  url: string;
  /** Name in metrics and logs. */
  name: string;
  schema: object;
  /** `bodyBytes`: length of the body, if it was announced. */
  answer: (body: never, service: Service, bodyBytes: number | undefined) => object;
}

/** Every hook: where, what it is sent, who answers. */
export const HOOKS: readonly Hook[] = [
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
  {
    url: '/admission/virtualservices',
    name: 'admission-virtualservices',
    schema: ADMISSION_REVIEW,
    answer: admitVirtualService,
  },
];
