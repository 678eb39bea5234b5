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

/**
 * The gateways that these names in an object of `namespace` refer to, beside the mesh: each once, by a name that a match may have.
 *
 *     mesh, ./gw, gw, infra/gw     <namespace>/gw, infra/gw
 *
 * istiod refuses `./gw`, but it stops checking behind a name without a slash, such as `mesh` (validateGatewayNames in
 * `pkg/config/validation/validation.go`). So a list may have it where a part of that list may not.
 */
export function matchGateways(names: readonly string[], namespace: string): string[] {
  const found = new Map<string, string>();
  for (const name of names) {
    if (name === MESH) continue;
    const full = resolveGateway(name, namespace);
    if (!found.has(full)) found.set(full, name.startsWith('./') ? full : name);
  }
  return [...found.values()];
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
