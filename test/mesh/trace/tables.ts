import { type Envoy, routeNameOf, SERVICE_PORTS } from '../lib/envoy.ts';

type Json = Record<string, unknown>;

/** The configuration that istiod sent to one proxy. */
export interface Tables {
  /** RouteConfigurations by name. Fields that have no effect in these tests are removed. */
  routes: Record<string, Json>;
  /** Addresses of each cluster's endpoints. */
  clusters: Record<string, string[]>;
}

interface ConfigDump {
  configs: {
    '@type': string;
    dynamic_route_configs?: { route_config: Json & { name: string } }[];
    dynamic_active_clusters?: { cluster: { name: string } }[];
    dynamic_endpoint_configs?: { endpoint_config: Assignment }[];
  }[];
}

interface Assignment {
  cluster_name: string;
  endpoints?: {
    lb_endpoints?: { endpoint: { address: { socket_address: { address: string } } } }[];
  }[];
}

/** Reads from a proxy the configuration that istiod sent to it. */
export async function tablesOf(envoy: Envoy): Promise<Tables> {
  const { configs } = await envoy.ask<ConfigDump>('/config_dump?include_eds');
  const tables = configs.flatMap(({ dynamic_route_configs: routes = [] }) => routes);
  const names = SERVICE_PORTS.map((port) => routeNameOf(port, envoy.identity.isGateway ?? false));
  const clusters = configs.flatMap((config) => config.dynamic_active_clusters ?? []);
  const assignments = configs.flatMap((config) => config.dynamic_endpoint_configs ?? []);
  const addresses = new Map(
    assignments.map(({ endpoint_config: { cluster_name, endpoints = [] } }) => [
      cluster_name,
      endpoints
        .flatMap(({ lb_endpoints = [] }) => lb_endpoints)
        .map(({ endpoint }) => endpoint.address.socket_address.address)
        .sort(),
    ]),
  );
  return {
    routes: Object.fromEntries(
      names.map((name) => {
        const table = tables.find(({ route_config }) => route_config.name === name);
        if (!table) throw new Error(`${envoy.name} has no route table ${name}`);
        return [name, trimmed(table.route_config) as Json];
      }),
    ),
    clusters: Object.fromEntries(
      clusters
        .map(({ cluster: { name } }): [string, string[]] => [name, addresses.get(name) ?? []])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
  };
}

/** Fields that are removed: they affect only tracing and retries. */
const UNUSED = ['decorator', 'retry_policy', 'include_request_attempt_count'];

function trimmed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trimmed);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !UNUSED.includes(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, trimmed(inner)]));
}
