import type { Workload } from './types.ts';

/** The version of a workload's pods; undefined: they have no such label, or an empty one, which is no version. */
export function versionOf({ spec }: Workload, label: string): string | undefined {
  const labels = spec?.template?.metadata?.labels ?? {};
  return (Object.hasOwn(labels, label) && labels[label]) || undefined;
}
