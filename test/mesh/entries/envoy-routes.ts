import type { HTTPMatchRequest, HTTPRoute, StringMatch } from '../../../src/istio/types.ts';
import { type VirtualHost, virtualHost } from '../accepts/route-config.ts';

/** The header in which the upstream learns which target a route chose: `subset|host`. */
export const WENT_TO = 'x-went-to';
/** The one cluster of the tests: a server that answers with the headers that it got. */
export const ECHO = 'echo';

interface EnvoyRoute {
  match: { prefix?: string; headers: object[]; query_parameters: object[] };
  route: { cluster: string };
  request_headers_to_add: object[];
}

/**
 * A gateway's virtual host with the routes of a VirtualService. What `virtualHost` of test/mesh/accepts does not convert is added here:
 * authority, redirects, direct responses. Istio puts a gateway's catch-alls behind all other routes (SortVHostRoutes in istio
 * `pilot/pkg/networking/core/route/route.go`). `istiod` compares these routes with those of istiod.
 */
export function gatewayHost(domains: string[], http: readonly HTTPRoute[]): VirtualHost {
  const routes = http.flatMap((route) =>
    (route.match?.length ? route.match : [{}]).map((entry) => gatewayRoute(route, entry)),
  );
  const catchAlls = routes.filter(isCatchAll);
  const others = routes.filter((route) => !isCatchAll(route));
  return { name: 'gateway', domains, routes: [...others, ...catchAlls] };
}

function isCatchAll({ match: { prefix, headers, query_parameters } }: Pick<EnvoyRoute, 'match'>) {
  return prefix === '/' && headers.length === 0 && query_parameters.length === 0;
}

function gatewayRoute(route: HTTPRoute, entry: HTTPMatchRequest): Omit<EnvoyRoute, 'route'> {
  const { routes } = virtualHost('any', [{ ...route, match: [entry] }]);
  const { route: target, request_headers_to_add: added, match, ...rest } = routes[0] as EnvoyRoute;
  const authority = entry.authority
    ? [{ name: ':authority', string_match: condition(entry.authority) }]
    : [];
  const [, , subset = '', host = ''] = target.cluster.split('|');
  const wentTo = { header: { key: WENT_TO, value: `${subset}|${host}` } };
  return {
    ...rest,
    match: { ...match, headers: [...authority, ...match.headers] },
    ...actionOf(route),
    request_headers_to_add: [...added, wentTo],
  };
}

function actionOf({ redirect, directResponse }: HTTPRoute): object {
  if (redirect) return { redirect: { path_redirect: (redirect as { uri: string }).uri } };
  if (directResponse) return { direct_response: directResponse };
  return { route: { cluster: ECHO } };
}

function condition({ exact, prefix, regex }: StringMatch): object {
  if (exact !== undefined) return { exact };
  return prefix === undefined ? { safe_regex: { regex } } : { prefix };
}
