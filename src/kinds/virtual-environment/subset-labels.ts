import { isReady, isRolledOut } from './ready.ts';
import type { LevelRules, Version, VersionSubset } from './types.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * The labels of a version's subset. The version label of the cluster is one of them if all pods of the version have the same value:
 * clones for DynamicEnvs have all other labels of their base, and must not get its regular requests. During a roll-out pods of two
 * templates are there: the labels of the subset then stay as they are, except that a version label which the new pods do not have is
 * dropped. `observed`: the subset as it is.
 */
export function subsetLabels(
  { value, workloads }: Pick<Version, 'value' | 'workloads'>,
  observed: VersionSubset | undefined,
  { label }: Pick<LevelRules, 'label'>,
  versionLabel: string,
): Labels {
  const own = { [label]: value };
  if (versionLabel === label) return own;
  const shared = sharedVersion(workloads, versionLabel);
  const { [versionLabel]: version, ...others } = observed?.labels ?? {};
  const isOfVersion = Object.values(others).join() === value;
  // With another key of the label its pods may be others: they take over when one of them is ready.
  const isTaken = isOfVersion && !Object.hasOwn(others, label) && !workloads.some(isReady);
  if (workloads.every(isRolledOut) && !isTaken) {
    return shared === undefined ? own : { ...own, [versionLabel]: shared };
  }
  if (observed === undefined || !isOfVersion) return own;
  return version === undefined || version === shared ? observed.labels : others;
}

function sharedVersion(workloads: Version['workloads'], versionLabel: string): string | undefined {
  const values = new Set(
    workloads.map(({ spec }) => spec?.template?.metadata?.labels?.[versionLabel]),
  );
  const [value] = values;
  return values.size === 1 ? value : undefined;
}
