import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { Subset } from '../../../istio/types.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import type { IsOfBase } from './destination-rules.ts';
import type { EnvWorkload } from './workloads.ts';

/** What a Deployment's pods carry. */
export function podLabelsOf(deployment: Deployment | undefined): Record<string, string> {
  return deployment?.spec.template.metadata?.labels ?? {};
}

/** A subset of a base that is there: its pods have every label that the subset asks for. */
export function ofBase(labels: Readonly<Record<string, string>>): IsOfBase {
  return (subset) => matchesSelector({ matchLabels: subset.labels ?? {} }, labels);
}

/**
 * A subset of a base that is gone: one that was the base's before, by the injection that is there, or that asks for nothing but
 * what the base had. It had the clone's labels, but for the version and what `podLabels` added or changed, which may be anything.
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
