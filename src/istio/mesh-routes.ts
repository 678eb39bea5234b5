import { isForMesh } from './gateway-name.ts';
import { fqdn, hostSubsetOf, isWildcardHost } from './host.ts';
import { nameOf, namespaceOf } from './objects.ts';
import type { HTTPMatchRequest, VirtualService } from './types.ts';

/** For which ports a VirtualService has a route that applies in every sidecar. */
export interface Covered {
  isEach: boolean;
  ports: ReadonlySet<number>;
}

export interface MeshRoutes {
  /** Of the VirtualService: `namespace/name`. */
  name: string;
  /** To all namespaces. The mesh's default is assumed to be that. */
  isExported: boolean;
  http: Covered;
  tcp: Covered;
}

/**
 * Answers which VirtualServices that are bound to the mesh have a host (fully qualified), or a wildcard that contains it. Exact names ignore
 * case (see `serviceOwner` in `selection.ts`).
 */
export function meshRoutes(
  virtualServices: readonly VirtualService[],
  clusterDomain: string,
): (host: string) => MeshRoutes[] {
  const hosts = virtualServices
    .filter(({ spec }) => isForMesh(spec?.gateways))
    .flatMap((one) => {
      const routes = routesOf(one);
      const names = (one.spec?.hosts ?? []).map((host) =>
        fqdn(host, namespaceOf(one), clusterDomain),
      );
      return [...new Set(names)].map((name) => ({ name, routes }));
    });
  const exact = Map.groupBy(hosts, ({ name }) => name.toLowerCase());
  const wildcards = hosts.filter(({ name }) => isWildcardHost(name));
  return (host) =>
    [...(exact.get(host) ?? []), ...wildcards.filter(({ name }) => hostSubsetOf(host, name))].map(
      ({ routes }) => routes,
    );
}

function routesOf(virtualService: VirtualService): MeshRoutes {
  const { exportTo = [], http = [], tcp = [] } = virtualService.spec ?? {};
  return {
    name: nameOf(virtualService),
    isExported: exportTo.length === 0 || exportTo.includes('*'),
    http: covered(http),
    tcp: covered(tcp as Conditional[]),
  };
}

type Match = HTTPMatchRequest & { destinationSubnets?: unknown[] };
interface Conditional {
  match?: Match[] | null;
}

function covered(routes: readonly Conditional[]): Covered {
  const entries = routes.flatMap(({ match }) => (match?.length ? match : [{}]));
  const ports = entries.filter(isForEverySidecar).map(({ port }) => port);
  return {
    isEach: ports.includes(undefined),
    ports: new Set(ports.filter((port) => port !== undefined)),
  };
}

function isForEverySidecar({
  gateways,
  sourceLabels = {},
  sourceNamespace = '',
  destinationSubnets = [],
}: Match): boolean {
  return (
    isForMesh(gateways) &&
    Object.keys(sourceLabels).length === 0 &&
    sourceNamespace === '' &&
    destinationSubnets.length === 0
  );
}
