import type { FlagsFor } from '../../hooks/flag.ts';
import { CLUSTER_FLAGS, type ClusterSettings } from '../../hooks/settings.ts';

export type MergeSettings = Pick<ClusterSettings, 'mergeGroups'>;

export const MERGE_FLAGS = {
  mergeGroups: CLUSTER_FLAGS.mergeGroups,
} satisfies FlagsFor<MergeSettings>;
