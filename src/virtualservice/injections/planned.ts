import type { RouteInjection, TargetService } from '../../api/routeinjection.ts';
import type { PlannedInjection, PlannedService } from '../routes/plan-codec.ts';

/** The part of a RouteInjection that the plan stores; undefined for a consumer's, which gets no routes. */
export function planned({ spec }: RouteInjection): PlannedInjection | undefined {
  const { subset, service, entry } = spec;
  if (subset === undefined && service === undefined && entry === undefined) return undefined;
  // In the order of the annotation's keys.
  return {
    clone: spec.clone,
    created: spec.envCreationTimestamp,
    deployment: spec.deployment,
    ...(spec.entry === undefined ? {} : { entry: spec.entry }),
    env: spec.env,
    from: spec.from,
    host: spec.host,
    matches: spec.matches,
    ...(spec.ref === undefined ? {} : { ref: spec.ref }),
    ...(service === undefined ? {} : { service: plannedService(service) }),
    ...(spec.subsets === undefined ? {} : { targets: spec.subsets }),
    to: service === undefined ? (subset ?? '') : '',
  };
}

function plannedService({ host, ports, basePorts }: TargetService): PlannedService {
  return { basePorts, host, ports };
}

/** An injection and the part of it that the plan stores; undefined for a consumer's. */
export interface WantedRoutes {
  injection: RouteInjection;
  plan: PlannedInjection | undefined;
}

export function wantedRoutes(injections: readonly RouteInjection[]): WantedRoutes[] {
  return injections.map((injection) => ({ injection, plan: planned(injection) }));
}
