import { isInjectedRouteName } from '../api/route-name.ts';
import type { HTTPRoute } from '../istio/types.ts';
import { jsonEqual } from '../k8s/canonical.ts';

/** The user's own routes, in their order, each the very object that came in. */
export function stripRoutes(http: readonly HTTPRoute[]): HTTPRoute[] {
  return http.filter((route) => !isInjectedRouteName(route.name));
}

/** The last check before an answer: are the user's routes in both lists the same, in the same order? */
export function keepsUserRoutes(
  came: readonly HTTPRoute[],
  rendered: readonly HTTPRoute[],
): boolean {
  return jsonEqual(stripRoutes(came), stripRoutes(rendered));
}
