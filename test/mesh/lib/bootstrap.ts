/**
 * The configuration of an unmodified Envoy, as objects that become its JSON file. Such an Envoy lacks the filters of
 * Istio's own build. So the listeners are static here, and only their routes come from istiod (or from a file).
 */

/** Where an Envoy gets its routes and clusters: from an aggregated discovery stream (ADS), or from files. */
export type Source =
  | { kind: 'ads'; port: number }
  | { kind: 'files'; routes: Readonly<Record<string, string>>; clusters: string };

/** A port on which Envoy listens, and the name of its route table. */
export interface Listener {
  port: number;
  routeName: string;
}

export interface BootstrapOptions {
  node: { id: string; cluster: string; metadata: Readonly<Record<string, unknown>> };
  admin: number;
  listeners: readonly Listener[];
  source: Source;
  /** HTTP filters before those of this suite. Default: none. */
  httpFilters?: readonly object[];
}

/**
 * Header on every response: which route matched (its name, and the VirtualService's path in the API), which cluster the
 * request was sent to, and why the cluster did not answer. `-` means none.
 */
export const WAY_HEADER = 'x-mesh-way';
const WAY = [
  '%ROUTE_NAME%',
  '%METADATA(ROUTE:istio:config)%',
  '%UPSTREAM_CLUSTER_RAW%',
  '%RESPONSE_CODE_DETAILS%',
].join(';');

/**
 * The limit for the program of a regex in Istio's bootstrap (extractRuntimeFlags in istio `pkg/bootstrap/config.go`).
 * Envoy's own default is 100: with it, Envoy refuses the routes of a ref, and keeps its old route table.
 */
export const ISTIO_MAX_PROGRAM = 32_768;

const HTTP = 'type.googleapis.com/envoy.extensions.filters.http';

export function bootstrap({
  node,
  admin,
  listeners,
  source,
  httpFilters = [],
}: BootstrapOptions): object {
  return {
    node,
    admin: { address: address(admin) },
    static_resources: {
      listeners: listeners.map((listener) => listenerConfig(listener, source, httpFilters)),
      clusters: source.kind === 'ads' ? [adsCluster(source.port)] : [],
    },
    dynamic_resources: {
      ...(source.kind === 'ads' ? { ads_config: ADS } : {}),
      cds_config: clusterSource(source),
    },
    layered_runtime: {
      layers: [
        {
          name: 'istio',
          static_layer: { 're2.max_program_size.error_level': `${ISTIO_MAX_PROGRAM}` },
        },
      ],
    },
  };
}

const ADS = {
  api_type: 'GRPC',
  transport_api_version: 'V3',
  grpc_services: [{ envoy_grpc: { cluster_name: 'istiod' } }],
};

/** 0 s means no timeout: Envoy is not ready before it has its routes and clusters. */
const COMMON = { resource_api_version: 'V3', initial_fetch_timeout: '0s' };

function clusterSource(source: Source): object {
  return source.kind === 'ads'
    ? { ads: {}, ...COMMON }
    : { path_config_source: { path: source.clusters }, ...COMMON };
}

function routeSource(source: Source, routeName: string): object {
  return source.kind === 'ads'
    ? { ads: {}, ...COMMON }
    : { path_config_source: { path: source.routes[routeName] }, ...COMMON };
}

function listenerConfig(
  { port, routeName }: Listener,
  source: Source,
  httpFilters: readonly object[],
): object {
  const manager = {
    '@type': `${'type.googleapis.com/envoy.extensions.filters.network'}.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: `routes_${routeName}`,
    // The same as in Istio (pathNormalization BASE).
    normalize_path: true,
    path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
    rds: { route_config_name: routeName, config_source: routeSource(source, routeName) },
    http_filters: [
      ...httpFilters,
      tellWay(),
      { name: 'router', typed_config: { '@type': `${HTTP}.router.v3.Router` } },
    ],
  };
  return {
    name: `listener_${routeName}`,
    address: address(port),
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
}

function tellWay(): object {
  const header = { key: WAY_HEADER, value: WAY };
  const append = { header, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
  return {
    name: 'way',
    typed_config: {
      '@type': `${HTTP}.header_mutation.v3.HeaderMutation`,
      mutations: { response_mutations: [{ append }] },
    },
  };
}

function adsCluster(port: number): object {
  const endpoint = { address: address(port) };
  const http2 = { explicit_http_config: { http2_protocol_options: {} } };
  return {
    name: 'istiod',
    type: 'STATIC',
    connect_timeout: '5s',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        ...http2,
      },
    },
    load_assignment: {
      cluster_name: 'istiod',
      endpoints: [{ lb_endpoints: [{ endpoint }] }],
    },
  };
}

function address(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
