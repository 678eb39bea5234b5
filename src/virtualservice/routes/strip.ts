import { isInjectedRouteName } from '../../api/route-name.ts';
import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { memoizedForLast } from '../../k8s/memoize.ts';
import { isMarkAnnotation, isMarkLabel } from './marks.ts';
import { httpOf } from './scope.ts';

declare const USERS: unique symbol;

/** A VirtualService as its user has it: without our routes and marks. Only `withoutOurs` makes one. */
export type UsersVirtualService = VirtualService & { readonly [USERS]: true };

/** The user's part of a VirtualService. Its routes keep their order, and each is the very object that came in. */
export const withoutOurs = memoizedForLast((virtualService: VirtualService) => {
  const { metadata, spec } = virtualService;
  return {
    ...virtualService,
    metadata: {
      ...metadata,
      ...(metadata.annotations
        ? { annotations: without(metadata.annotations, isMarkAnnotation) }
        : {}),
      ...(metadata.labels ? { labels: without(metadata.labels, isMarkLabel) } : {}),
    },
    spec: { ...spec, http: stripRoutes(httpOf(virtualService)) },
  } as UsersVirtualService;
});

/** The same with one of its routes alone. */
export function onlyRoute(virtualService: VirtualService, route: HTTPRoute): UsersVirtualService {
  return withoutOurs({ ...virtualService, spec: { ...virtualService.spec, http: [route] } });
}

function without(
  map: Record<string, string>,
  isMark: (key: string) => boolean,
): Record<string, string> {
  const kept: [string, string][] = [];
  let hasMarks = false;
  for (const key in map) {
    if (isMark(key)) hasMarks = true;
    else kept.push([key, map[key] as string]);
  }
  if (!hasMarks) return map;
  // Not by assignment: `__proto__` is a key, too.
  return kept.length === 0 ? NOTHING : Object.fromEntries(kept);
}

const NOTHING: Record<string, string> = Object.freeze({});

/** The user's own routes of a list. */
export function stripRoutes(http: readonly HTTPRoute[]): HTTPRoute[] {
  return http.filter((route) => !isInjectedRouteName(route.name));
}

/** The last check before an answer: does what was rendered have the user's routes, in the same order? */
export function keepsUserRoutes(
  users: UsersVirtualService,
  rendered: readonly HTTPRoute[],
): boolean {
  return jsonEqual(httpOf(users), stripRoutes(rendered));
}
