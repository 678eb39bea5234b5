import type { RouteInjection, TargetService } from '../../api/routeinjection.ts';
import { matchesOf } from '../../api/selection.ts';
import { ownerKey } from '../routes/owner.ts';
import type { PlannedInjection, PlannedService } from '../routes/plan-codec.ts';
import { unchangedParts } from '../routes/unchanged.ts';

/** The part of a RouteInjection that the plan stores; undefined for a consumer's, which gets no routes. */
export function planned({ spec }: RouteInjection): PlannedInjection | undefined {
  const { subset, service } = spec;
  if (subset === undefined && service === undefined && spec.entry === undefined) return undefined;
  // In the order of the annotation's keys.
  return {
    clone: spec.clone,
    created: spec.envCreationTimestamp,
    deployment: spec.deployment,
    ...(spec.entry === undefined ? {} : { entry: spec.entry }),
    env: spec.env,
    from: spec.from,
    host: spec.host,
    matches: matchesOf(spec),
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

/** `present`: the injections of the plan that the VirtualService carries now. */
export function wantedRoutes(
  injections: readonly RouteInjection[],
  present: readonly PlannedInjection[] = [],
): WantedRoutes[] {
  const asBefore = unchangedParts(present, ownerKey);
  return injections.map((injection) => {
    const plan = planned(injection);
    return { injection, plan: plan && asBefore(plan) };
  });
}
