import type { HTTPRoute, HTTPRouteDestination, VirtualService } from '../../../src/istio/types.ts';
import type { HistoryEntry } from '../../../src/simulator/api-server/store.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';

/** The stored objects by key (`Kind namespace/name`), kept up to date write by write. */
export type Mirror = Map<string, LocalObject>;

export function record(mirror: Mirror, { key, after }: HistoryEntry): void {
  if (after === undefined) mirror.delete(key);
  else mirror.set(key, after);
}

export function ofKind<T = LocalObject>(mirror: Mirror, kind: string): T[] {
  return [...mirror.values()].filter((object) => object.kind === kind) as T[];
}

/**
 * The clone that an injected route leads to. It is recognised by a response header that no user's route has in these
 * tests. Names of routes are not used, because the code under test relies on them.
 */
export function cloneOf(route: HTTPRoute | undefined): string | undefined {
  return clonesOf(route)[0];
}

/** All clones that a route leads to; empty if it is not an injected route. */
export function clonesOf(route: HTTPRoute | undefined): string[] {
  return (route?.route ?? []).flatMap((target) => cloneAt(target) ?? []);
}

function cloneAt({ headers }: HTTPRouteDestination): string | undefined {
  return headers?.response?.add?.['x-dynamic-env'];
}

export function userRoutes(object: LocalObject | undefined): HTTPRoute[] | undefined {
  const routes = (object as unknown as VirtualService | undefined)?.spec.http;
  return routes?.filter((route) => cloneOf(route) === undefined);
}

/** A destination of an injected route. */
export interface Led {
  host: string;
  subset: string;
  clone: string;
}

export function ledBy(mirror: Mirror): Led[] {
  return ledIn(ofKind<VirtualService>(mirror, 'VirtualService'));
}

export function ledIn(virtualServices: readonly VirtualService[]): Led[] {
  return virtualServices.flatMap(({ metadata, spec }) =>
    (spec.http ?? []).flatMap(({ route = [] }) =>
      route.flatMap((target) => {
        const clone = cloneAt(target);
        const { host, subset } = target.destination;
        if (clone === undefined || subset === undefined) return [];
        return [{ host: fullName(host, metadata.namespace), subset, clone }];
      }),
    ),
  );
}

export function fullName(host: string, namespace = ''): string {
  return host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
}

export function isOurs(object: LocalObject | undefined): boolean {
  return object?.metadata.labels?.['dynamic-env'] === 'true';
}
