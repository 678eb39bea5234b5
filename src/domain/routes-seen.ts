import { injectedRouteName } from '../api/route-name.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import type { VirtualService } from '../istio/types.ts';

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
  { env, deployment, host }: RouteOwner,
): VirtualService[] {
  const name = injectedRouteName(env, deployment, host);
  return virtualServices.filter(({ spec }) => spec.http?.some((route) => route.name === name));
}
