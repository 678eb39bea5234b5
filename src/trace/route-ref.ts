import { isInjectedRouteName } from '../api/route-name.ts';
import { nameOf } from '../istio/objects.ts';
import type { RouteEntry } from '../istio/route-rows.ts';
import { mergeOfRoute } from './merge-routes.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';
import type { RouteRef } from './types.ts';

/** The place in a VirtualService where a row is written. */
export function refOf(
  { place, delegate, matchIndex }: Pick<RouteEntry, 'place' | 'delegate' | 'matchIndex'>,
  snapshot: MeshSnapshot,
): RouteRef {
  const { virtualService, routeIndex } = delegate ?? place;
  const vs = snapshot.mesh.virtualServices.find((one) => nameOf(one) === virtualService);
  const { name } = vs?.spec.http?.[routeIndex] ?? {};
  const merge = vs && mergeOfRoute(name, vs);
  return {
    virtualService,
    index: routeIndex,
    ...(name ? { name } : {}),
    ...(merge ? { merge } : {}),
    ...(matchIndex === undefined ? {} : { matchIndex }),
    ...(delegate
      ? { delegatedBy: { virtualService: place.virtualService, index: place.routeIndex } }
      : {}),
  };
}

/** Translates a place in a VirtualService without the envs' routes into the place in the VirtualService as it is. */
export function withEnvs<T extends RouteRef>(ref: T, snapshot: MeshSnapshot): T {
  const users = (name: string) =>
    (snapshot.mesh.virtualServices.find((vs) => nameOf(vs) === name)?.spec.http ?? []).flatMap(
      (route, index) => (isInjectedRouteName(route.name) ? [] : [index]),
    );
  const { delegatedBy } = ref;
  return {
    ...ref,
    index: users(ref.virtualService)[ref.index] ?? ref.index,
    ...(delegatedBy
      ? {
          delegatedBy: {
            ...delegatedBy,
            index: users(delegatedBy.virtualService)[delegatedBy.index] ?? delegatedBy.index,
          },
        }
      : {}),
  };
}
