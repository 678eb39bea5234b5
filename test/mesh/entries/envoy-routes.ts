import type {
  HeaderOperations,
  HTTPMatchRequest,
  HTTPRoute,
  StringMatch,
} from '../../../src/istio/types.ts';
import { type VirtualHost, virtualHost } from '../accepts/route-config.ts';

/** The header in which the upstream learns which target a route chose: `subset|host`. */
export const WENT_TO = 'x-went-to';
/** The one cluster of the tests: a server that answers with the headers that it got. */
export const ECHO = 'echo';

interface EnvoyRoute {
  match: { headers: object[] };
  route: { cluster: string };
  request_headers_to_add: object[];
}

/**
 * A gateway's virtual host with the routes of a VirtualService. What `virtualHost` of test/mesh/accepts does not convert is added here:
 * authority, parameters, redirects, direct responses. Istio puts the operations `set` before `add`, each sorted by name
 * (TranslateHeadersOperations in istio `pilot/pkg/networking/core/route/route.go`), and a gateway's catch-alls behind all others.
 */
export function gatewayHost(domains: string[], http: readonly HTTPRoute[]): VirtualHost {
  const routes = http.flatMap((route) =>
    (route.match?.length ? route.match : [{}]).map((entry) => gatewayRoute(route, entry)),
  );
  return { name: 'gateway', domains, routes };
}

function gatewayRoute(route: HTTPRoute, entry: HTTPMatchRequest): object {
  const { routes } = virtualHost('any', [{ ...route, match: [entry] }]);
  const { route: target, request_headers_to_add: added, match, ...rest } = routes[0] as EnvoyRoute;
  const query = Object.entries(entry.queryParams ?? {}).map(([name, value]) => ({
    name,
    string_match: condition(value),
  }));
  const authority = entry.authority
    ? [{ name: ':authority', string_match: condition(entry.authority) }]
    : [];
  const [, , subset = '', host = ''] = target.cluster.split('|');
  const wentTo = { header: { key: WENT_TO, value: `${subset}|${host}` } };
  return {
    ...rest,
    match: { ...match, headers: [...authority, ...match.headers], query_parameters: query },
    ...actionOf(route),
    request_headers_to_add: [...added, wentTo],
    response_headers_to_add: responseOf(route),
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

function responseOf({ headers, route }: HTTPRoute): object[] {
  return [headers?.response, route?.[0]?.headers?.response].flatMap((one) => [
    ...operations(one?.set, 'OVERWRITE_IF_EXISTS_OR_ADD'),
    ...operations(one?.add, 'APPEND_IF_EXISTS_OR_ADD'),
  ]);
}

function operations(map: HeaderOperations['set'], append_action: string): object[] {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ header: { key, value }, append_action }));
}
