import type { Envoy } from '../lib/envoy.ts';
import { WENT_TO } from './envoy-routes.ts';

interface Operation {
  header: { key: string; value: string };
  append_action?: string;
}

interface EnvoyRoute {
  name?: string;
  match: { case_sensitive?: boolean; headers?: object[]; query_parameters?: object[] };
  route?: { cluster: string };
  redirect?: { path_redirect: string };
  direct_response?: { status: number };
  request_headers_to_add?: Operation[];
  response_headers_to_add?: Operation[];
}

interface Dump {
  configs: {
    dynamic_route_configs?: {
      route_config: { virtual_hosts?: { domains: string[]; routes: object[] }[] };
    }[];
  }[];
}

/** The routes that a proxy has from istiod for a host: those of its own virtual host, else of the longest wildcard. */
export async function routesOfHost(envoy: Envoy, host: string): Promise<object[]> {
  const { configs } = await envoy.ask<Dump>('/config_dump');
  const hosts = configs
    .flatMap(({ dynamic_route_configs = [] }) => dynamic_route_configs)
    .flatMap(({ route_config }) => route_config.virtual_hosts ?? []);
  const wildcard = host.replace(/^[^.]+/, '*');
  const found =
    hosts.find(({ domains }) => domains.includes(host)) ??
    hosts.find(({ domains }) => domains.includes(wildcard));
  return found?.routes ?? [];
}

/**
 * What decides about a request and its answer, of a route of istiod or of the translator (`envoy-routes.ts`). All conditions of a match
 * must hold, so their order does not count. That of the operations on headers does.
 */
export function comparable(route: object): object {
  const {
    name,
    match,
    request_headers_to_add = [],
    response_headers_to_add = [],
    ...action
  } = route as EnvoyRoute;
  const { headers = [], query_parameters = [], case_sensitive = true, ...path } = match;
  const isReport = ({ header }: Operation) => header.key === WENT_TO;
  const wentTo = request_headers_to_add.find(isReport)?.header.value;
  return {
    name,
    path: { ...path, case_sensitive },
    headers: sorted(headers),
    parameters: sorted(query_parameters),
    action: actionOf(action, wentTo),
    request: request_headers_to_add.filter((one) => !isReport(one)).map(operation),
    response: response_headers_to_add.map(operation),
  };
}

/** The translator's routes have one cluster, and tell the target in a header. */
function actionOf(
  { route, redirect, direct_response }: Omit<EnvoyRoute, 'match'>,
  wentTo: string | undefined,
): string {
  if (redirect) return `redirect to ${redirect.path_redirect}`;
  if (direct_response) return `answer ${direct_response.status}`;
  const [, , subset, host = ''] = route?.cluster.split('|') ?? [];
  return wentTo ?? `${subset}|${host.split('.')[0]}`;
}

/** In JSON, Envoy leaves out the first value of an enumeration. */
function operation({
  header: { key, value },
  append_action = 'APPEND_IF_EXISTS_OR_ADD',
}: Operation) {
  return `${key}: ${value} (${append_action})`;
}

function sorted(list: readonly object[]): object[] {
  const text = (one: object) => JSON.stringify(one);
  return [...list].sort((one, other) => (text(one) < text(other) ? -1 : 1));
}
