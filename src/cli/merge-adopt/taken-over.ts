import { readMergedRouteName } from '../../api/merged-route-name.ts';
import {
  isSameMerge,
  mergeRefOf,
  type VirtualServiceMerge,
} from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { isMap, type JsonMap } from '../../k8s/json-map.ts';
import { qualifiedName } from '../../simulator/object.ts';
import { planOf } from '../../virtualservice/routes/plan-codec.ts';

/**
 * Do this merge's requests keep their route without the operator's one? Routes of tcp and tls that the plan has are merged in the
 * write that takes an equal one away.
 */
export function isTakenOver(
  virtualService: VirtualService,
  merge: VirtualServiceMerge,
  list: 'http' | 'tcp' | 'tls',
): boolean {
  const ref = mergeRefOf(merge);
  if (list === 'http') {
    const target = qualifiedName(virtualService);
    const names = (virtualService.spec.http ?? []).map(({ name }) => name);
    return names.some((name) => jsonEqual(readMergedRouteName(name, target)?.merge, ref));
  }
  const plan = planOf(virtualService);
  return (plan?.merges ?? []).some((one) => isSameMerge(one, ref) && one[list] !== undefined);
}

/** An empty map of source labels in a match entry marks the tcp and tls routes that this system has merged. */
export function hasMarker(route: JsonMap): boolean {
  return matchesOf(route).some(({ sourceLabels: labels }) => isMap(labels) && isEmpty(labels));
}

/** False: every match entry has source labels of its own. Then only the plan says that a route was merged. */
export function canHaveMarker(route: JsonMap): boolean {
  const matches = matchesOf(route);
  return matches.length === 0 || matches.some(({ sourceLabels: labels }) => labels === undefined);
}

function matchesOf({ match }: JsonMap): JsonMap[] {
  return Array.isArray(match) ? match.filter(isMap) : [];
}

function isEmpty(map: JsonMap): boolean {
  return Object.keys(map).length === 0;
}
