import { MERGE_GROUPS, MERGE_RESOURCE, MERGE_VERSION } from '../../api/virtualservicemerge.ts';
import type { WebhookDefinition } from '../../hooks/webhook.ts';

/** For all merges: one without the label gets it, and a wrong one is corrected. */
export const MERGE_WEBHOOK: WebhookDefinition = {
  path: '/admission/virtualservicemerges',
  resources: MERGE_GROUPS.map((group) => ({
    apiVersion: `${group}/${MERGE_VERSION}`,
    resource: MERGE_RESOURCE,
  })),
  isConcerned: () => true,
};
