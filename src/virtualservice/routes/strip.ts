import { isInjectedRouteName } from '../../api/route-name.ts';
import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { httpOf } from './scope.ts';

/** The user's own routes, in their order, each the very object that came in. */
export function stripRoutes(http: readonly HTTPRoute[]): HTTPRoute[] {
  return http.filter((route) => !isInjectedRouteName(route.name));
}

/** The VirtualService as its user has it, but for the marks. */
export function withoutOurRoutes(virtualService: VirtualService): VirtualService {
  const http = stripRoutes(httpOf(virtualService));
  return { ...virtualService, spec: { ...virtualService.spec, http } };
}

/** The last check before an answer: are the user's routes in both lists the same, in the same order? */
export function keepsUserRoutes(
  came: readonly HTTPRoute[],
  rendered: readonly HTTPRoute[],
): boolean {
  return jsonEqual(stripRoutes(came), stripRoutes(rendered));
}
