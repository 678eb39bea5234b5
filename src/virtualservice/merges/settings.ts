import { MERGE_GROUPS, type MergeGroup } from '../../api/virtualservicemerge.ts';
import type { Flag, FlagsFor } from '../../hooks/flag.ts';
import { list } from '../../hooks/flag-values.ts';

export interface MergeSettings {
  /** The API groups whose VirtualServiceMerges are merged; empty: none, as without the kind. */
  mergeGroups: readonly MergeGroup[];
}

function readMergeGroup(item: string): MergeGroup {
  const known = MERGE_GROUPS.find((one) => one === item);
  if (known === undefined) throw new Error(`expected one of ${MERGE_GROUPS.join(', ')}, or both`);
  return known;
}

const mergeGroups = list(
  'merge-groups',
  'API groups whose VirtualServiceMerges are merged, with --kinds virtual-service-merge: those whose definition is installed. Simulations (preview, trace) read all groups',
  readMergeGroup,
);

/** Of the kind of merges, and of VirtualServices, which get their routes. */
export const MERGE_FLAGS = {
  mergeGroups: {
    ...mergeGroups,
    fallback: MERGE_GROUPS[0],
    read: (given) => [...new Set(mergeGroups.read(given))],
  } as Flag<MergeGroup[]>,
} satisfies FlagsFor<MergeSettings>;
