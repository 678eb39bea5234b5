/** The name that stands for every sidecar in the mesh. */
export const MESH = 'mesh';

/**
 * The full name of a gateway that an object of `namespace` refers to (istio `pilot/pkg/model/config.go`,
 * resolveGatewayName).
 *
 *     mesh                          mesh
 *     gw, ./gw                      <namespace>/gw
 *     infra/gw                      infra/gw
 *     gw.infra, gw.infra.svc.local  infra/gw         (old form)
 */
export function resolveGateway(gateway: string, namespace: string): string {
  if (gateway === MESH) return MESH;
  if (gateway.startsWith('./')) return namespace + gateway.slice(1);
  if (gateway.includes('/')) return gateway;
  const [name, owner = namespace] = gateway.split('.');
  return `${owner}/${name}`;
}

/** Does the list of a VirtualService, or of one of its match entries, name the mesh? An empty or absent list means the mesh. */
export function isForMesh(gateways: readonly string[] = []): boolean {
  return gateways.length === 0 || gateways.includes(MESH);
}

/** Does the list of a VirtualService in `namespace` name this gateway? An empty or absent list means the mesh. */
export function boundTo(
  gateways: readonly string[] | undefined,
  namespace: string,
  gateway: string,
): boolean {
  const names = gateways && gateways.length > 0 ? gateways : [MESH];
  return names.some((name) => resolveGateway(name, namespace) === gateway);
}

/**
 * The namespace of the proxy that routes a request. A gateway's pods are assumed to be in the namespace of its Gateway
 * object.
 */
export function proxyNamespace(proxy: { gateway: string; sourceNamespace?: string }): string {
  if (proxy.sourceNamespace !== undefined) return proxy.sourceNamespace;
  const slash = proxy.gateway.indexOf('/');
  return slash < 0 ? 'default' : proxy.gateway.slice(0, slash);
}
