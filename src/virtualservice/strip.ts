import { isInjectedRouteName } from '../api/route-name.ts';
import type { HTTPRoute } from '../istio/types.ts';

/** The user's own routes, in their order, each the very object that came in. */
export function stripRoutes(http: readonly HTTPRoute[]): HTTPRoute[] {
  return http.filter((route) => !isInjectedRouteName(route.name));
}
