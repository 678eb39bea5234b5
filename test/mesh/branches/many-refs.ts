import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import type { RefFlags } from '../../../src/refs/settings.ts';
import { activeInjection, renderedRoutes } from '../accepts/rendered.ts';
import { type VirtualHost, virtualHost } from '../accepts/route-config.ts';

/** Name of the last base route, which takes every path. */
export const LAST = 'everything-else';
export const HOST_NAME = 'backend.shop';

/** Base routes of a VirtualService. Every path but that of the last one is one that the tests do not request. */
function baseRoutes(count: number): HTTPRoute[] {
  const route = [{ destination: { host: 'backend', subset: 'shared' } }];
  const paths = Array.from({ length: count - 1 }, (_, index) => ({
    name: `path-${index}`,
    match: [{ uri: { prefix: `/api/v1/part-${index}` } }],
    route,
  }));
  return [...paths, { name: LAST, route }];
}

/** An env that has a ref and a clone of the base. */
function env(index: number): DynamicEnv {
  const metadata = {
    name: `branch-${index}`,
    uid: `uid-${index}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const subsets = [{ name: 'backend', namespace: 'shop', containers: [{ image: 'backend:2' }] }];
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata,
    spec: { ref: refOf(index), subsets },
  };
}

export function refOf(index: number): string {
  return `mp-${1000 + index}`;
}

/** The routes of a VirtualService with this number of base routes, and a copy of each for each ref. */
export function routesWithRefs(
  routes: number,
  refs: number,
  carriers: RefFlags['refCarriers'],
): HTTPRoute[] {
  if (refs === 0) return baseRoutes(routes);
  const injections = Array.from({ length: refs }, (_, index) => activeInjection(env(index)));
  return renderedRoutes(injections, baseRoutes(routes), { refCarriers: carriers });
}

/** A virtual host with these routes, in which Envoy itself answers with the name of the route. */
export function answeringHost(http: readonly HTTPRoute[]): VirtualHost {
  const { routes } = virtualHost(HOST_NAME, http);
  const answering = (routes as EnvoyRoute[]).map(({ route: _, match, ...rest }) => ({
    ...rest,
    match: { ...match, headers: sortedByName(match.headers) },
    direct_response: { status: 200, body: { inline_string: rest.name ?? '' } },
  }));
  return { name: HOST_NAME, domains: [HOST_NAME], routes: answering };
}

interface EnvoyRoute {
  name?: string;
  match: { headers: { name: string }[] };
  route: object;
}

/**
 * As istiod sorts all header conditions of a match entry (TranslateRouteMatch in
 * `pilot/pkg/networking/core/route/route.go`). The order decides which condition fails first.
 */
function sortedByName<T extends { name: string }>(headers: readonly T[]): T[] {
  return [...headers].sort((one, other) => (one.name < other.name ? -1 : 1));
}
