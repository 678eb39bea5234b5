import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { Subset } from '../../../istio/types.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import type { IsOfBase } from './destination-rules.ts';
import type { EnvWorkload } from './workloads.ts';

/** The labels of a Deployment's pods. */
export function podLabelsOf(deployment: Deployment | undefined): Record<string, string> {
  return deployment?.spec.template.metadata?.labels ?? {};
}

/** For a base that exists: a subset is the base's if the base's pods have every label that the subset asks for. */
export function ofBase(labels: Readonly<Record<string, string>>): IsOfBase {
  return (subset) => matchesSelector({ matchLabels: subset.labels ?? {} }, labels);
}

/**
 * For a base that is gone: a subset is the base's if it was before, as the existing injection says, or if it asks only for labels that
 * the base had. The base had the clone's labels, except for the version and those that `podLabels` set: these are unknown.
 */
export function ofLostBase(
  { workload }: EnvWorkload,
  clone: Readonly<Record<string, string>>,
  versionLabel: string,
  injection: RouteInjection | undefined,
): IsOfBase {
  const { podLabels = {} } = workload;
  const isUnknown = (key: string) => key === versionLabel || Object.hasOwn(podLabels, key);
  const had = (subset: Subset) =>
    Object.entries(subset.labels ?? {}).every(
      ([key, value]) => isUnknown(key) || (Object.hasOwn(clone, key) && clone[key] === value),
    );
  return (subset) => injection?.spec.from.includes(subset.name) === true || had(subset);
}
