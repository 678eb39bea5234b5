import type { HTTPRoute } from '../../istio/types.ts';
import { withoutOurs } from '../../virtualservice/routes/strip.ts';
import { subsetsOf } from './in-use.ts';
import { readMemory } from './memory.ts';
import { knownNames, observedSubsets } from './observed-subsets.ts';
import { isReady, isRolledOut } from './ready.ts';
import type { OwnObjects, ServiceContext } from './service.ts';
import type { StagedVersion, StageObserved } from './stages.ts';
import { subsetLabels } from './subset-labels.ts';
import { subsetNames } from './subset-names.ts';
import type { Version } from './types.ts';

/** What the cluster has of the objects of the Service with this name. */
export function observedStage(
  name: string,
  { virtualService, rule }: OwnObjects,
  { namespace, rules, config, used, now }: ServiceContext,
): StageObserved {
  const host = { name, namespace, clusterDomain: config.clusterDomain };
  const memory = readMemory(rule, now);
  const users = virtualService && withoutOurs(virtualService);
  return {
    subsets: rule && observedSubsets(rule, memory, rules.label),
    routes: users && new Set(users.spec.http?.flatMap((route) => targetOf(route) ?? [])),
    defaultRoute: targetOf(users?.spec.http?.at(-1)),
    inUse: subsetsOf(used, host),
    memory,
  };
}

/** The subset of a generated route. A mirror is none of its destinations. */
function targetOf(route: HTTPRoute | undefined): string | undefined {
  return route?.route?.[0]?.destination.subset;
}

/** The versions of a Service with their subsets. */
export function stagedVersions(
  versions: readonly Version[],
  { subsets = new Map(), memory }: StageObserved,
  { rules, config }: ServiceContext,
): StagedVersion[] {
  const values = versions.map(({ value }) => value);
  const names = subsetNames(values, knownNames(subsets, memory));
  return versions.map((version) => {
    const { value, workloads, isLeaving } = version;
    const subset = names.get(value) ?? value;
    return {
      value,
      subset,
      labels: subsetLabels(version, subsets.get(subset), rules, config.versionLabel),
      isReady: version.isReady,
      isRolledOut: workloads.some((one) => isReady(one) && isRolledOut(one)),
      isLeaving,
    };
  });
}
