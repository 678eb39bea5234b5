import type { VirtualServiceMerge } from '../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../src/istio/types.ts';

type Route = Record<string, unknown>;

/**
 * What the operator istio-virtualservice-merger makes of a VirtualService when it merges a VirtualServiceMerge: routes of http
 * are known by name, put in front and sorted by the number at the end of the name; those of tcp and tls are known by port.
 */
export function operatorMerges(
  virtualService: VirtualService,
  { metadata, spec }: VirtualServiceMerge,
): VirtualService {
  const { http = [], tcp = [], tls = [] } = (spec.patch ?? {}) as Record<string, Route[]>;
  const target = structuredClone(virtualService);
  const own = target.spec as unknown as Record<string, Route[] | undefined>;
  const routes = [...(own['http'] ?? [])];
  for (const [index, route] of http.entries()) {
    const name = nameOf(route, `${metadata.name}-${http.length - 1 - index}`);
    const at = routes.findIndex((one) => one['name'] === name);
    if (at < 0) routes.unshift({ ...route, name });
    else routes[at] = { ...route, name };
  }
  own['http'] = routes.sort((a, b) => Number(precedence(b) - precedence(a)));
  own['tcp'] = byPort(own['tcp'] ?? [], tcp);
  own['tls'] = byPort(own['tls'] ?? [], tls);
  return target;
}

function nameOf({ name }: Route, otherwise: string): string {
  return typeof name === 'string' && /-\+?\d+$/.test(name) ? name : otherwise;
}

function precedence({ name }: Route): bigint {
  return BigInt(/-\+?(\d+)$/.exec(String(name))?.[1] ?? 0);
}

function byPort(target: readonly Route[], patch: readonly Route[]): Route[] {
  const routes = [...target];
  for (const route of patch) {
    const at = routes.findIndex((one) =>
      portsOf(one).some((port) => portsOf(route).includes(port)),
    );
    if (at < 0) routes.push(route);
    else routes[at] = route;
  }
  return routes;
}

function portsOf({ match = [] }: Route): unknown[] {
  return (match as Route[]).map(({ port = 0 }) => port);
}
