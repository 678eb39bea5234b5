import {
  MERGE_GROUPS,
  MERGE_KIND,
  MERGE_RESOURCE,
  MERGE_VERSION,
} from '../../api/virtualservicemerge.ts';
import type { Resource } from '../../kube-client/reader.ts';
import type { ServedKind } from '../../simulator/kinds.ts';

/** VirtualServiceMerges of each group, as files have them. */
export const MERGE_KINDS: readonly ServedKind[] = MERGE_GROUPS.map((group) => ({
  group,
  version: MERGE_VERSION,
  kind: MERGE_KIND,
  resource: MERGE_RESOURCE,
  namespaced: true,
  alsoServed: [],
  builtIn: false,
  hasGeneration: true,
}));

/** VirtualServiceMerges of each group, as a cluster is asked for them. */
export const MERGES: readonly Resource[] = MERGE_GROUPS.map((group) => ({
  apiVersion: `${group}/${MERGE_VERSION}`,
  kind: MERGE_KIND,
  plural: MERGE_RESOURCE,
  isNamespaced: true,
}));
