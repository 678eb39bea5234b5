import { readMergedRouteName } from '../api/merged-route-name.ts';
import { isSameMerge, type MergeRef } from '../api/virtualservicemerge.ts';
import { nameOf } from '../istio/objects.ts';
import type { VirtualService } from '../istio/types.ts';
import { planOf } from '../virtualservice/routes/plan-codec.ts';
import type { RouteMerge } from './types.ts';

/** The merge of an http route of this VirtualService, by the route's name; undefined: it is no merge's. */
export function mergeOfRoute(
  name: unknown,
  virtualService: VirtualService,
): RouteMerge | undefined {
  const found = readMergedRouteName(name, nameOf(virtualService));
  if (found === undefined) return undefined;
  const { merge, route } = found;
  return isPlace(route, merge, virtualService)
    ? { ...merge, index: Number(route) }
    : { ...merge, route };
}

/** A route without a name has its place in the place of a name. */
function isPlace(text: string, merge: MergeRef, virtualService: VirtualService): boolean {
  if (!/^[0-9]{1,6}$/.test(text)) return false;
  const planned = planOf(virtualService)?.merges?.find((one) => isSameMerge(one, merge));
  return !planned?.http?.some(({ name }) => name === text);
}

/** `route "mp-101" of merge services/payment-service-mp-101`; one without a name by its place, from 1. */
export function mergedRouteText({ namespace, name, route, index = 0 }: RouteMerge): string {
  return `route ${route === undefined ? index + 1 : `"${route}"`} of merge ${namespace}/${name}`;
}
