/** Istio's cluster for requests to unknown hosts. It sends them to the address that the caller used. */
export const PASSTHROUGH = 'PassthroughCluster';

const TYPE = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';

/** A static cluster with these endpoints. Without endpoints: a cluster that uses the address that the caller used. */
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
