import type { RouteInjectionSpec } from '../../api/routeinjection.ts';
import type { PlannedInjection } from './plan-codec.ts';

type Targets = Pick<PlannedInjection, 'to' | 'targets' | 'service'>;

/** The env's subset that replaces a subset of the base. */
export function targetSubset({ to, targets = {} }: Targets, subset: string | undefined): string {
  const own = subset !== undefined && Object.hasOwn(targets, subset) ? targets[subset] : undefined;
  return own ?? to;
}

/** All subsets that a planned injection sends to; none if it sends to another Service. */
export function plannedSubsets({ to, targets = {}, service }: Targets): string[] {
  return service !== undefined ? [] : [...new Set([to, ...Object.values(targets)])];
}

/** All subsets that an injection sends to, each once; empty for a consumer, and if it sends to another Service. */
export function targetSubsets({
  subset,
  subsets,
}: Pick<RouteInjectionSpec, 'subset' | 'subsets'>): string[] {
  return subset === undefined ? [] : [...new Set([subset, ...Object.values(subsets ?? {})])];
}
