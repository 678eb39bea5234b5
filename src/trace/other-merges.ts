import {
  isSameMerge,
  type MergeRef,
  mergeRefOf,
  targetOf,
  type VirtualServiceMerge,
} from '../api/virtualservicemerge.ts';
import type { HostRequest } from '../istio/evaluate.ts';
import type { Explanation } from '../istio/explain.ts';
import { firstMismatch } from '../istio/match-request.ts';
import { nameOf, namespaceOf } from '../istio/objects.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { precedenceOf } from '../virtualservice/merges/precedence.ts';
import { mergeOfRoute } from './merge-routes.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';
import type { OtherMerge, RouteMerge } from './types.ts';

/**
 * The merges of the VirtualServices that decide whose routes the request would meet but does not get, and those without routes there.
 * Merged routes that were tried and did not match are among the tried routes.
 */
export function otherMerges(
  request: HostRequest,
  { considered, taken }: Explanation,
  snapshot: MeshSnapshot,
): OtherMerge[] {
  const deciding = considered.filter(({ decides }) => decides);
  return deciding.flatMap(({ virtualService }) => [
    ...(taken?.place.virtualService === nameOf(virtualService) && taken.delegate === undefined
      ? later(request, virtualService, taken.place.routeIndex)
      : []),
    ...notMerged(virtualService, snapshot),
  ]);
}

/** The merges with a route that matches the request, too, behind the one that took it. Each is named once. */
function later(request: HostRequest, virtualService: VirtualService, index: number): OtherMerge[] {
  const http = virtualService.spec.http ?? [];
  const first = mergeOfRoute(http[index]?.name, virtualService);
  const found: OtherMerge[] = [];
  for (const route of http.slice(index + 1)) {
    const merge = mergeOfRoute(route.name, virtualService);
    if (merge === undefined || (first && isSameMerge(first, merge))) continue;
    const isKnown = found.some((one) => isSameMerge(one, merge));
    if (isKnown || !matches(route, request, virtualService)) continue;
    const why = `${routeLabel(merge)} matches the request, too, but comes later${orderText(first, merge)}`;
    found.push({ ...refOf(merge), virtualService: nameOf(virtualService), reason: 'later', why });
  }
  return found;
}

function matches(
  { match }: HTTPRoute,
  request: HostRequest,
  virtualService: VirtualService,
): boolean {
  const home = namespaceOf(virtualService);
  return !match?.length || match.some((entry) => firstMismatch(entry, request, home) === undefined);
}

function orderText(first: RouteMerge | undefined, second: RouteMerge): string {
  if (first === undefined) return ': a route of an env comes first';
  const [higher, lower] = [precedenceOf(first.route), precedenceOf(second.route)];
  return higher > lower
    ? `: its precedence is ${lower}, that of the first is ${higher}`
    : ': both have the same precedence, and the first merge is newer, or has the lower name';
}

function routeLabel({ route, index = 0 }: RouteMerge): string {
  return route === undefined ? `its route ${index + 1}` : `its route "${route}"`;
}

function refOf({ group, namespace, name }: MergeRef): MergeRef {
  return { group, namespace, name };
}

/** The merges that name this VirtualService and that are not merged in their present version. */
function notMerged(virtualService: VirtualService, { merges }: MeshSnapshot): OtherMerge[] {
  return merges
    .filter((merge) => targetOf(merge) === nameOf(virtualService))
    .flatMap((merge) => {
      const why = obstacleOf(merge);
      const ref = { ...mergeRefOf(merge), virtualService: nameOf(virtualService) };
      return why === undefined ? [] : [{ ...ref, reason: 'not-merged', why }];
    });
}

function obstacleOf({ metadata, status }: VirtualServiceMerge): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return 'it is being deleted';
  const merged = status?.conditions?.find(({ type }) => type === 'Merged');
  if (merged === undefined) return 'it has no status yet';
  if (merged.status !== 'True') return `it is not merged: ${merged.message}`;
  const { observedGeneration = 0 } = status ?? {};
  return observedGeneration >= (metadata.generation ?? 0)
    ? undefined
    : 'its last change is not merged yet';
}
