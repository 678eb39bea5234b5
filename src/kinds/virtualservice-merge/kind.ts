import type { Kind } from '../../hooks/kind.ts';
import { MERGE_FLAGS, type MergeSettings } from '../../virtualservice/merges/settings.ts';
import { mergeController } from './controller.ts';

/** Routes that somebody adds to a VirtualService of others. The kind `virtualservice` merges them; this one reports. */
export const VIRTUAL_SERVICE_MERGE = {
  name: 'virtual-service-merge',
  isOptional: true,
  crds: [
    { name: 'virtualservicemerges.istiomerger.monime.sl' },
    { name: 'virtualservicemerges.istiomerge.monime.sl' },
  ],
  flags: MERGE_FLAGS,
  controller: ({ mergeGroups }) =>
    mergeGroups.length === 0 ? undefined : mergeController(mergeGroups),
  hooks: async () => (await import('./hooks.ts')).MERGE_HOOKS,
  admission: async () => (await import('./admission-hook.ts')).MERGE_ADMISSION_HOOK,
  webhook: async () => (await import('./webhook.ts')).MERGE_WEBHOOK,
} as const satisfies Kind<MergeSettings>;
