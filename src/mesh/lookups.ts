import { fqdn, hostSubsetOf, isWildcardHost } from '../istio/host.ts';
import { namespaceOf } from '../istio/objects.ts';
import type { DestinationRule } from '../istio/types.ts';
import type { Service } from '../k8s/workload.ts';

/**
 * A namespace may have thousands of Services and DestinationRules, and a workload concerns only a few. Both functions read a list
 * once. What they return gives the candidates only, in the list's order; it leaves out nothing that could matter.
 */

/** The Services whose selector asks for at least one of these labels. All that select pods with these labels are among them. */
export function servicesByLabel(
  services: readonly Service[],
): (labels: readonly Readonly<Record<string, string>>[]) => Service[] {
  // The first label of the selector is enough as a key: a Service selects only pods that have all labels of its selector.
  const places = new Map<string, number[]>();
  services.forEach(({ spec }, place) => {
    const selector = spec?.selector;
    for (const key in selector) {
      append(places, pairKey(key, selector[key]), place);
      break;
    }
  });
  return (labels) => {
    const found = new Set<number>();
    for (const map of labels) {
      for (const key in map) {
        for (const place of places.get(pairKey(key, map[key])) ?? []) found.add(place);
      }
    }
    return pick(services, [...found]);
  };
}

/** The rules for a host (fully qualified; it may be a wildcard), and for wildcards that contain it. */
export function rulesByHost(
  rules: readonly DestinationRule[],
  clusterDomain: string,
): (host: string) => DestinationRule[] {
  const places = new Map<string, number[]>();
  rules.forEach((rule, place) => {
    append(places, fqdn(rule.spec.host, namespaceOf(rule), clusterDomain), place);
  });
  const wildcards = [...places.keys()].filter(isWildcardHost);
  const known = new Map<string, DestinationRule[]>();
  return (host) => {
    const before = known.get(host);
    if (before !== undefined) return before;
    const hosts = new Set([host, ...wildcards.filter((wildcard) => hostSubsetOf(host, wildcard))]);
    const found = pick(
      rules,
      [...hosts].flatMap((one) => places.get(one) ?? []),
    );
    known.set(host, found);
    return found;
  };
}

function append(places: Map<string, number[]>, key: string, place: number): void {
  const known = places.get(key);
  if (known === undefined) places.set(key, [place]);
  else known.push(place);
}

function pick<T>(items: readonly T[], places: readonly number[]): T[] {
  return places.toSorted((a, b) => a - b).map((place) => items[place] as T);
}

/** A label's key and value: neither has a space. */
function pairKey(key: string, value: string | undefined): string {
  return `${key} ${value}`;
}
