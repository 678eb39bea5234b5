import type { RouteInjection } from '../../api/routeinjection.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';

/** What the plan needs of a RouteInjection; undefined for a consumer's, which is never routed to. */
export function planned({ spec }: RouteInjection): PlannedInjection | undefined {
  if (spec.subset === undefined) return undefined;
  // In the order in which the annotation has them.
  return {
    clone: spec.clone,
    created: spec.envCreationTimestamp,
    deployment: spec.deployment,
    env: spec.env,
    from: spec.from,
    host: spec.host,
    matches: spec.matches,
    ...(spec.subsets === undefined ? {} : { targets: spec.subsets }),
    to: spec.subset,
  };
}

/** An injection and what a plan needs of it; none of a consumer's. */
export interface WantedRoutes {
  injection: RouteInjection;
  plan: PlannedInjection | undefined;
}

export function wantedRoutes(injections: readonly RouteInjection[]): WantedRoutes[] {
  return injections.map((injection) => ({ injection, plan: planned(injection) }));
}
