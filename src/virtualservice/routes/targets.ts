import type { RouteInjectionSpec } from '../../api/routeinjection.ts';
import type { PlannedInjection } from './plan-codec.ts';

type Targets = Pick<PlannedInjection, 'to' | 'targets'>;

/** The env's subset to which requests go that would reach a subset of the base. */
export function targetSubset({ to, targets = {} }: Targets, subset: string | undefined): string {
  const own = subset !== undefined && Object.hasOwn(targets, subset) ? targets[subset] : undefined;
  return own ?? to;
}

/** All subsets to which a planned injection leads. */
export function plannedSubsets({ to, targets = {} }: Targets): string[] {
  return [...new Set([to, ...Object.values(targets)])];
}

/** All subsets to which an injection leads, each once; none: it is a consumer's. */
export function targetSubsets({
  subset,
  subsets,
}: Pick<RouteInjectionSpec, 'subset' | 'subsets'>): string[] {
  return subset === undefined ? [] : [...new Set([subset, ...Object.values(subsets ?? {})])];
}
