import { injectedRouteName, isEntryRouteName } from '../../../api/route-name.ts';
import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../../../istio/types.ts';
import { memoizedForLast } from '../../../k8s/memoize.ts';
import { affordableInjections } from '../../../virtualservice/injections/affordable.ts';
import { planned } from '../../../virtualservice/injections/planned.ts';
import { olderFirst } from '../../../virtualservice/injections/precedence.ts';
import { renderRoutes } from '../../../virtualservice/injections/render.ts';
import { isIgnored } from '../../../virtualservice/routes/ignored.ts';
import { isSameOwner } from '../../../virtualservice/routes/owner.ts';
import { type PlannedInjection, planOf } from '../../../virtualservice/routes/plan-codec.ts';
import { httpOf, scopeOf } from '../../../virtualservice/routes/scope.ts';
import {
  type CloneOwner,
  cloneKeysIn,
  cloneKeysOf,
  sendsToClone,
  targetKeys,
  targetKeysOf,
} from '../../../virtualservice/routes/sends-to-clone.ts';
import { withMergedRoutes } from '../../../virtualservice/routes/strip.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';
import { cloneName } from './names.ts';

/** Identifies the routes of one deployment for one host. */
export type RouteOwner = CloneOwner;

interface Settings {
  clusterDomain: string;
}

export function ownerOf({ spec }: RouteInjection): RouteOwner {
  const { env, deployment, host, clone, service } = spec;
  const subsets = targetSubsets(spec);
  const isClone = service === undefined && clone === cloneName(deployment.name, env);
  return {
    env,
    deployment,
    host,
    clone,
    subsets,
    ...(service === undefined ? {} : { service }),
    ...(isClone ? {} : { isExisting: true as const }),
  };
}

/** The VirtualServices that carry routes of this owner. The routes themselves are read, not a label. */
export function carriers(
  virtualServices: readonly VirtualService[],
  owner: RouteOwner,
  settings: Settings,
): VirtualService[] {
  const index = leadIndex(virtualServices, settings);
  const candidates = [...new Set(cloneKeysOf(owner).flatMap((lead) => index.get(lead) ?? []))];
  // Routes of other envs have the same keys if they lead to the same version that exists already.
  return owner.isExisting
    ? candidates.filter((one) => httpOf(one).some(sendsToClone(owner, scopeOf(one, settings))))
    : candidates;
}

/**
 * Those with routes that may still lead to a target before. `before`: the owner with that target; `now`: with the present one. The
 * routes of both have the same name.
 */
export function carriersBefore(
  virtualServices: readonly VirtualService[],
  before: RouteOwner,
  now: RouteOwner,
  settings: Settings,
): VirtualService[] {
  const present = new Set(targetKeysOf(now));
  const former = new Set(targetKeysOf(before).filter((key) => !present.has(key)));
  return carriers(virtualServices, before, settings).filter((one) => {
    const scope = scopeOf(one, settings);
    return routesOn(one, before, settings).some(({ route = [] }) => {
      const keys = route.flatMap((target) => targetKeys(target, scope));
      // If somebody removed header and subset, nothing is known of the route.
      return keys.some((key) => former.has(key)) || !keys.some((key) => present.has(key));
    });
  });
}

/** Every child asks the same VirtualServices. */
const leadIndex = memoizedForLast(byLead);

/** The VirtualServices by what their routes of ours lead to (see `cloneKeysIn`). */
function byLead(
  virtualServices: readonly VirtualService[],
  settings: Settings,
): ReadonlyMap<string, VirtualService[]> {
  const index = new Map<string, VirtualService[]>();
  for (const one of virtualServices) {
    const scope = scopeOf(one, settings);
    for (const lead of new Set(httpOf(one).flatMap((route) => cloneKeysIn(route, scope)))) {
      const list = index.get(lead);
      if (list === undefined) index.set(lead, [one]);
      else list.push(one);
    }
  }
  return index;
}

/**
 * The routes of a VirtualService that lead to the clone of this owner, without those of entries. They may lead to other clones of the
 * env, too.
 */
export function routesOn(
  virtualService: VirtualService,
  owner: RouteOwner,
  settings: Settings,
): HTTPRoute[] {
  const isOwn = sendsToClone(owner, scopeOf(virtualService, settings));
  const name = injectedRouteName(owner.env, owner.deployment, owner.host);
  return httpOf(virtualService).filter((route) =>
    isEntryRouteName(route.name) ? route.name === name : isOwn(route),
  );
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
  const all = [plan, ...companions(virtualService, plan)].sort(olderFirst);
  const base = withMergedRoutes(virtualService);
  const { affordable } = affordableInjections(base, all, scope, sentBytes);
  const { http } = renderRoutes(base, affordable, scope);
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
    (one) =>
      one.env === own.env &&
      one.entry === undefined &&
      !isSameOwner(one, own) &&
      (isSplit || one.host === own.host),
  );
}
