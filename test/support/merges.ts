import { PLAN_ANNOTATION } from '../../src/api/marks.ts';
import { mergedRouteName } from '../../src/api/merged-route-name.ts';
import {
  MERGE_GROUPS,
  mergeRefOf,
  type VirtualServiceMerge,
} from '../../src/api/virtualservicemerge.ts';
import type { HTTPRoute } from '../../src/istio/types.ts';
import type { ObjectMeta } from '../../src/k8s/object.ts';
import type { MergeNote, PlannedMerge } from '../../src/virtualservice/routes/merge-codec.ts';
import type { Plan } from '../../src/virtualservice/routes/plan-codec.ts';
import { NOW, stamp } from './objects.ts';

const DEFAULT_ROUTE: HTTPRoute = {
  name: 'canary-2',
  match: [{ uri: { prefix: '/x' } }],
  route: [{ destination: { host: 'backend', subset: 'canary' } }],
};

/** A merge `namespace/name` of generation 2 with uid `u-<name>`, for shop/backend unless the spec says something else. */
export function merge(
  path: string,
  spec: Partial<VirtualServiceMerge['spec']> = {},
  meta: Partial<ObjectMeta> = {},
): VirtualServiceMerge {
  const [namespace = '', name = ''] = path.split('/');
  return {
    apiVersion: `${MERGE_GROUPS[0]}/v1alpha1`,
    kind: 'VirtualServiceMerge',
    metadata: {
      name,
      namespace,
      uid: `u-${name}`,
      generation: 2,
      creationTimestamp: stamp(-600),
      ...meta,
    },
    spec: { target: { name: 'backend' }, patch: { http: [DEFAULT_ROUTE] }, ...spec },
  };
}

/** The merge as a plan has it, by default with its own generation and http routes. */
export function planned(one: VirtualServiceMerge, more: Partial<PlannedMerge> = {}): PlannedMerge {
  const { uid = '', generation = 0, creationTimestamp: created = NOW.toISOString() } = one.metadata;
  const { http } = one.spec.patch ?? {};
  const lists = http === undefined ? {} : { http: http as HTTPRoute[] };
  return { ...mergeRefOf(one), uid, generation, created, ...lists, ...more };
}

/** The annotation of a plan with these merges. */
export function mergePlan(
  merges: readonly PlannedMerge[],
  mergeNotes: readonly MergeNote[] = [],
  more: Partial<Plan> = {},
) {
  const plan = { injections: [], notes: [], merges, mergeNotes, ...more };
  return { annotations: { [PLAN_ANNOTATION]: JSON.stringify(plan) } };
}

/** The http routes of a plan's merge, with the names that they have in this VirtualService. */
export function mergedRoutes(target: string, one: PlannedMerge): HTTPRoute[] {
  return (one.http ?? []).map((route, index) => ({
    ...route,
    name: mergedRouteName(target, one, route.name || `${index}`),
  }));
}
