import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../../../istio/types.ts';
import { memoizedForLast } from '../../../k8s/memoize.ts';
import { isIgnored, planned } from '../../../virtualservice/injections/outcomes.ts';
import { compareInjections } from '../../../virtualservice/injections/precedence.ts';
import { renderRoutes } from '../../../virtualservice/injections/render.ts';
import { affordableInjections } from '../../../virtualservice/plan/affordable.ts';
import {
  type CloneOwner,
  leadingTo,
  leadsIn,
  leadsOf,
} from '../../../virtualservice/routes/leads-to.ts';
import { isSameOwner } from '../../../virtualservice/routes/owner.ts';
import { type PlannedInjection, planOf } from '../../../virtualservice/routes/plan-codec.ts';
import { httpOf, scopeOf } from '../../../virtualservice/routes/scope.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';

/** Identifies the routes of one deployment for one host. */
export type RouteOwner = CloneOwner;

interface Settings {
  clusterDomain: string;
}

export function ownerOf({ spec }: RouteInjection): RouteOwner {
  const { env, deployment, host, clone } = spec;
  return { env, deployment, host, clone, subsets: targetSubsets(spec) };
}

/** The VirtualServices that carry routes of this owner. The routes themselves are read, not a label. */
export function carriers(
  virtualServices: readonly VirtualService[],
  owner: RouteOwner,
  settings: Settings,
): VirtualService[] {
  const index = leadIndex(virtualServices, settings);
  return [...new Set(leadsOf(owner).flatMap((lead) => index.get(lead) ?? []))];
}

/** Every child asks the same VirtualServices. */
const leadIndex = memoizedForLast(byLead);

/** The VirtualServices by what their routes of ours lead to (see `leadsIn`). */
function byLead(
  virtualServices: readonly VirtualService[],
  settings: Settings,
): ReadonlyMap<string, VirtualService[]> {
  const index = new Map<string, VirtualService[]>();
  for (const one of virtualServices) {
    const scope = scopeOf(one, settings);
    for (const lead of new Set(httpOf(one).flatMap((route) => leadsIn(route, scope)))) {
      const list = index.get(lead);
      if (list === undefined) index.set(lead, [one]);
      else list.push(one);
    }
  }
  return index;
}

/** The routes of a VirtualService that lead to the clone of this owner. They may lead to other clones of the env, too. */
export function routesOn(
  virtualService: VirtualService,
  owner: RouteOwner,
  settings: Settings,
): HTTPRoute[] {
  const isOwn = leadingTo(owner, scopeOf(virtualService, settings));
  return httpOf(virtualService).filter(isOwn);
}

/**
 * The routes that a VirtualService would carry for an injection if that were active and rendered together with the env's other
 * injections in its plan; empty: it can carry none. `sentBytes`: see `affordableInjections`.
 */
export function routesWanted(
  virtualService: VirtualService,
  injection: RouteInjection,
  settings: Settings,
  sentBytes?: number,
): HTTPRoute[] {
  const plan = planned(injection);
  if (plan === undefined || isIgnored(virtualService)) return [];
  const scope = scopeOf(virtualService, settings);
  const all = [plan, ...companions(virtualService, plan)].sort(compareInjections);
  const { affordable } = affordableInjections(httpOf(virtualService), all, scope, sentBytes);
  const { http } = renderRoutes(httpOf(virtualService), affordable, scope);
  return routesOn({ ...virtualService, spec: { http } }, ownerOf(injection), settings);
}

/**
 * The env's other injections in the plan that may share copies with this one: on the same host, or on routes with several
 * targets.
 */
function companions(virtualService: VirtualService, own: PlannedInjection): PlannedInjection[] {
  const planned = planOf(virtualService)?.injections ?? [];
  const isSplit = httpOf(virtualService).some(({ route }) => (route ?? []).length > 1);
  return planned.filter(
    (one) => one.env === own.env && !isSameOwner(one, own) && (isSplit || one.host === own.host),
  );
}
