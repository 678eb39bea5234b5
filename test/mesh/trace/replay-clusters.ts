/** Istio's name for where requests go whose host nobody knows: to the address that the caller meant. */
export const PASSTHROUGH = 'PassthroughCluster';

const TYPE = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';

/** A cluster with endpoints that are known, or one that takes the caller's address. */
export function clusterConfig(
  name: string,
  endpoints?: { addresses: readonly string[]; port: number },
): object {
  const common = { '@type': TYPE, name, connect_timeout: '5s' };
  if (!endpoints) return { ...common, type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED' };
  const { addresses, port } = endpoints;
  const lbEndpoints = addresses.map((address) => ({
    endpoint: { address: { socket_address: { address, port_value: port } } },
  }));
  return {
    ...common,
    type: 'STATIC',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: lbEndpoints }] },
  };
}
