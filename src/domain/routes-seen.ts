import { injectedRouteName, isInjectedRouteName } from '../api/route-name.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { affordableInjections } from '../virtualservice/affordable.ts';
import { isIgnored, planned } from '../virtualservice/outcomes.ts';
import { renderRoutes } from '../virtualservice/render.ts';
import { httpOf, scopeOf } from '../virtualservice/scope.ts';

/** What identifies the routes of one deployment for one host. */
export interface RouteOwner {
  env: string;
  deployment: { namespace: string; name: string };
  host: string;
}

export function ownerOf({ spec }: RouteInjection): RouteOwner {
  return { env: spec.env, deployment: spec.deployment, host: spec.host };
}

/** The VirtualServices that carry routes of this owner: the routes themselves are the truth, not any label. */
export function carriers(
  virtualServices: readonly VirtualService[],
  owner: RouteOwner,
): VirtualService[] {
  const { env, deployment, host } = owner;
  return namesOn(virtualServices).get(injectedRouteName(env, deployment, host)) ?? [];
}

/** Every child asks the same VirtualServices. */
const named = new WeakMap<readonly VirtualService[], Map<string, VirtualService[]>>();

/** The VirtualServices by the names of the routes that they carry. */
function namesOn(
  virtualServices: readonly VirtualService[],
): ReadonlyMap<string, VirtualService[]> {
  const before = named.get(virtualServices);
  if (before !== undefined) return before;
  const byName = new Map<string, VirtualService[]>();
  for (const one of virtualServices) {
    for (const name of new Set(httpOf(one).map((route) => route.name))) {
      if (name === undefined || !isInjectedRouteName(name)) continue;
      const list = byName.get(name);
      if (list === undefined) byName.set(name, [one]);
      else list.push(one);
    }
  }
  named.set(virtualServices, byName);
  return byName;
}

/** The routes of this owner that a VirtualService carries. */
export function routesOn(
  virtualService: VirtualService,
  { env, deployment, host }: RouteOwner,
): HTTPRoute[] {
  const name = injectedRouteName(env, deployment, host);
  return httpOf(virtualService).filter((route) => route.name === name);
}

/** The routes that a VirtualService carries for an injection when it is active and rendered; none: it cannot. */
export function routesWanted(
  virtualService: VirtualService,
  injection: RouteInjection,
  settings: { clusterDomain: string },
): HTTPRoute[] {
  const plan = planned(injection);
  if (plan === undefined || isIgnored(virtualService)) return [];
  const scope = scopeOf(virtualService, settings);
  const { affordable } = affordableInjections(httpOf(virtualService), [plan], scope);
  const { http } = renderRoutes(httpOf(virtualService), affordable, scope);
  return routesOn({ ...virtualService, spec: { http } }, ownerOf(injection));
}
