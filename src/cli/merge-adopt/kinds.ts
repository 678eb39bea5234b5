import {
  MERGE_GROUPS,
  MERGE_KIND,
  MERGE_RESOURCE,
  MERGE_VERSION,
} from '../../api/virtualservicemerge.ts';
import type { Resource } from '../../kube-client/reader.ts';

/** VirtualServiceMerges of each group. */
export const MERGES: readonly Resource[] = MERGE_GROUPS.map((group) => ({
  apiVersion: `${group}/${MERGE_VERSION}`,
  kind: MERGE_KIND,
  plural: MERGE_RESOURCE,
  isNamespaced: true,
}));
