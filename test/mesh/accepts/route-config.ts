import type {
  HeaderOperations,
  Headers,
  HTTPMatchRequest,
  HTTPRoute,
  StringMatch,
} from '../../../src/istio/types.ts';

/** A virtual host of Envoy, with the routes of one VirtualService. */
export interface VirtualHost {
  name: string;
  domains: string[];
  routes: object[];
}

/**
 * Converts HTTP routes to Envoy's routes as istiod does: one Envoy route for each match entry. It converts only the
 * fields that the routes of these tests use. Source: TranslateRouteMatch, translateHeaderMatch,
 * TranslateHeadersOperations and applyHTTPRouteDestination in istio `pilot/pkg/networking/core/route/route.go`, ConvertToEnvoyMatch in
 * `pilot/pkg/networking/util/util.go`.
 */
export function virtualHost(name: string, http: readonly HTTPRoute[]): VirtualHost {
  const routes = http.flatMap((route) =>
    (route.match?.length ? route.match : [{}]).map((entry) => envoyRoute(route, entry)),
  );
  return { name, domains: [`${name}.example.com`], routes };
}

function envoyRoute(route: HTTPRoute, entry: HTTPMatchRequest): object {
  const [target] = route.route ?? [];
  const { host = '', subset = '' } = target?.destination ?? {};
  return {
    ...(route.name ? { name: route.name } : {}),
    match: {
      ...pathOf(entry.uri),
      case_sensitive: !entry.ignoreUriCase,
      headers: headersOf(entry),
      query_parameters: parametersOf(entry),
    },
    route: { cluster: `outbound|80|${subset}|${host}` },
    ...operations(route.headers, target?.headers),
  };
}

function pathOf(uri: StringMatch | undefined): object {
  if (uri?.exact !== undefined) return { path: uri.exact };
  if (uri?.regex !== undefined) return { safe_regex: { regex: uri.regex } };
  return { prefix: uri?.prefix ?? '/' };
}

function headersOf({ headers = {}, withoutHeaders = {} }: HTTPMatchRequest): object[] {
  const matchers = (map: Record<string, StringMatch>) =>
    Object.entries(map).map(([name, match]) => ({ name, ...conditionOf(match) }));
  const inverted = matchers(withoutHeaders).map((one) => ({
    ...one,
    invert_match: true,
    // Envoy does not allow `treat_missing_header_as_empty` together with `present_match`.
    ...('present_match' in one ? {} : { treat_missing_header_as_empty: true }),
  }));
  return [...matchers(headers), ...inverted];
}

/** As translateQueryParamMatch does. */
function parametersOf({ queryParams = {} }: HTTPMatchRequest): object[] {
  return Object.entries(queryParams).map(([name, match]) => ({ name, ...conditionOf(match) }));
}

function conditionOf({ exact, prefix, regex }: StringMatch): object {
  if (exact !== undefined) return { string_match: { exact } };
  if (prefix !== undefined) return { string_match: { prefix } };
  if (regex === undefined || regex === '*') return { present_match: true };
  return { string_match: { safe_regex: { regex } } };
}

/** Istio puts `set` before `add`, and those of the route before those of its single target. */
function operations(ofRoute: Headers | undefined, ofTarget: Headers | undefined): object {
  return {
    request_headers_to_add: [ofRoute?.request, ofTarget?.request].flatMap(headersToAdd),
    response_headers_to_add: [ofRoute?.response, ofTarget?.response].flatMap(headersToAdd),
  };
}

function headersToAdd(one: HeaderOperations | undefined): object[] {
  return [
    ...valuesOf(one?.set, 'OVERWRITE_IF_EXISTS_OR_ADD'),
    ...valuesOf(one?.add, 'APPEND_IF_EXISTS_OR_ADD'),
  ];
}

function valuesOf(map: HeaderOperations['set'], append_action: string): object[] {
  return Object.entries(map ?? {})
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => ({ header: { key, value }, append_action }));
}
