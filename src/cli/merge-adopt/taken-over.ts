import { readMergedRouteName } from '../../api/merged-route-name.ts';
import { mergeRefOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { isMap } from '../../k8s/json-map.ts';
import { qualifiedName } from '../../simulator/object.ts';

/** Has this system merged routes of the merge into this list? For tcp and tls: of any merge, because these routes have no names. */
export function isMergedHere(
  virtualService: VirtualService,
  merge: VirtualServiceMerge,
  list: 'http' | 'tcp' | 'tls',
): boolean {
  if (list !== 'http') return (virtualService.spec[list] ?? []).some(hasMarker);
  const ref = mergeRefOf(merge);
  const target = qualifiedName(virtualService);
  return (virtualService.spec.http ?? []).some(({ name }) =>
    jsonEqual(readMergedRouteName(name, target)?.merge, ref),
  );
}

/** An empty map of source labels in the first match entry marks the tcp and tls routes that this system has merged. */
export function hasMarker(route: unknown): boolean {
  const matches = isMap(route) ? route['match'] : undefined;
  const first: unknown = Array.isArray(matches) ? matches[0] : undefined;
  const labels = isMap(first) ? first['sourceLabels'] : undefined;
  return isMap(labels) && Object.keys(labels).length === 0;
}
