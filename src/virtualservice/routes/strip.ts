import { isMergedRouteName } from '../../api/merged-route-name.ts';
import { isInjectedRouteName } from '../../api/route-name.ts';
import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { memoizedForLast } from '../../k8s/memoize.ts';
import { mergedL4Filter } from './l4-marker.ts';
import { L4_LISTS, l4Of, listsOf, type RouteLists } from './lists.ts';
import { isMarkAnnotation, isMarkLabel } from './marks.ts';
import { planOf } from './plan-codec.ts';
import { httpOf, targetName } from './scope.ts';

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
    spec: { ...spec, ...ownL4(virtualService), http: ownHttp(virtualService) },
  } as UsersVirtualService;
});

/**
 * What copies for envs are made of: the user's part and the merged http routes that it has, as if they were the user's own. The user's
 * part itself where there are none.
 */
export const withMergedRoutes = memoizedForLast((virtualService: VirtualService) => {
  const users = withoutOurs(virtualService);
  const http = withoutEnvRoutes(httpOf(virtualService));
  const hasMerged = http.length > httpOf(users).length;
  return hasMerged ? { ...users, spec: { ...users.spec, http } } : users;
});

/** The user's part with one route alone, which may be a merged one. */
export function onlyRoute(virtualService: VirtualService, route: HTTPRoute): UsersVirtualService {
  const users = withoutOurs(virtualService);
  return { ...users, spec: { ...users.spec, http: [route] } };
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

/** A test for the http routes of this VirtualService that this system put there. */
export function ourHttpFilter(
  virtualService: VirtualService,
): (route: Pick<HTTPRoute, 'name'>) => boolean {
  const target = targetName(virtualService);
  return ({ name }) => isInjectedRouteName(name) || isMergedRouteName(name, target);
}

/** The routes of a list that are not of envs. */
export function withoutEnvRoutes(http: readonly HTTPRoute[]): HTTPRoute[] {
  return http.filter(({ name }) => !isInjectedRouteName(name));
}

/** The user's own routes. */
export function ownLists(virtualService: VirtualService): RouteLists {
  return { ...listsOf(virtualService), ...ownL4(virtualService), http: ownHttp(virtualService) };
}

function ownHttp(virtualService: VirtualService): HTTPRoute[] {
  const isOurs = ourHttpFilter(virtualService);
  return httpOf(virtualService).filter((route) => !isOurs(route));
}

/** The lists of `tcp` and `tls` that it has, without merged routes. */
function ownL4(virtualService: VirtualService): Partial<RouteLists> {
  const lists = L4_LISTS.filter((list) => l4Of(virtualService, list).length > 0);
  return Object.fromEntries(
    lists.map((list) => {
      const isOurs = mergedL4Filter(list, () => planOf(virtualService));
      return [list, l4Of(virtualService, list).filter((route) => !isOurs(route))];
    }),
  );
}

/** The last check before an answer: does what was rendered have the user's routes, in the same order? */
export function keepsUserRoutes(users: UsersVirtualService, rendered: RouteLists): boolean {
  const isOurs = ourHttpFilter(users);
  return (
    jsonEqual(
      httpOf(users),
      rendered.http.filter((route) => !isOurs(route)),
    ) && L4_LISTS.every((list) => endsWith(rendered[list], l4Of(users, list)))
  );
}

/** Merged routes of `tcp` and `tls` stand before all others. */
function endsWith(list: readonly unknown[], end: readonly unknown[]): boolean {
  const from = list.length - end.length;
  return from >= 0 && jsonEqual(list.slice(from), end);
}
