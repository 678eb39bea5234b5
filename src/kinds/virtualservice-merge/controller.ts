import { MERGE_RESOURCE, MERGE_VERSION, type MergeGroup } from '../../api/virtualservicemerge.ts';
import type { DecoratorDefinition } from '../../hooks/controller.ts';

/** The DecoratorController for the VirtualServiceMerges of these groups: one resource for each. */
export function mergeController(groups: readonly MergeGroup[]): DecoratorDefinition {
  return {
    kind: 'DecoratorController',
    name: 'virtual-service-merge',
    resources: groups.map((group) => ({
      apiVersion: `${group}/${MERGE_VERSION}`,
      resource: MERGE_RESOURCE,
    })),
    attachments: [],
    hooks: {
      customize: '/virtual-service-merge/customize',
      sync: '/virtual-service-merge/sync',
    },
  };
}
