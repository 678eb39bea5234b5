import { isMap } from '../../k8s/json-map.ts';
import type { KubeObject } from '../../k8s/object.ts';

/** Names of subsets by the host of the destinations that name them, as it is written there. */
export type SubsetsByHost = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The subsets to which these VirtualServices lead: by http, tcp and tls routes, mirrors, and copies for DynamicEnvs. Everything that
 * has a host and a subset counts, wherever it is. To take something for a destination that is none only keeps a subset longer.
 */
export function subsetsByHost(virtualServices: readonly KubeObject[]): SubsetsByHost {
  const found = new Map<string, Set<string>>();
  for (const virtualService of virtualServices) {
    collect((virtualService as KubeObject & { spec?: unknown }).spec, found);
  }
  return found;
}

function collect(value: unknown, found: Map<string, Set<string>>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
  } else if (isMap(value)) {
    const { host, subset } = value;
    if (typeof host === 'string' && typeof subset === 'string') {
      const known = found.get(host) ?? new Set();
      found.set(host, known.add(subset));
    }
    for (const key in value) collect(value[key], found);
  }
}

/** The names among them of a Service's subsets. Every way to write its host counts. */
export function subsetsOf(
  found: SubsetsByHost,
  { name, namespace, clusterDomain }: { name: string; namespace: string; clusterDomain: string },
): ReadonlySet<string> {
  const short = `${name}.${namespace}`;
  const hosts = [name, short, `${short}.svc`, `${short}.svc.${clusterDomain}`];
  return new Set(hosts.flatMap((host) => [...(found.get(host) ?? [])]));
}
