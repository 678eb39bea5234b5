import { PLAN_ANNOTATION } from '../api/marks.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { jsonEqual } from '../k8s/canonical.ts';
import type { HostScope } from './eligible.ts';
import { fitPlan } from './fit.ts';
import { isMarkAnnotation, isMarkLabel, type Marks, marksOf } from './marks.ts';
import { isIgnored } from './outcomes.ts';
import { type PatchOperation, patchMap, patchRoutes } from './patch.ts';
import { roomOf, routeBytes } from './plan.ts';
import { EMPTY_PLAN, type Plan, parsePlan, serializePlan } from './plan-codec.ts';
import { renderRoutes } from './render.ts';
import { stripRoutes } from './strip.ts';

/** One write of a VirtualService, as admission sees it. */
export interface VirtualServiceWrite {
  operation: 'CREATE' | 'UPDATE';
  username: string;
  object: VirtualService;
  oldObject: VirtualService | null;
}

export interface Amendment {
  patch: PatchOperation[];
  /** How many of our routes the object carries afterwards. */
  routes: number;
  /** The writer had changed marks that are not theirs, and they were put back or taken off. */
  restoredMarks: boolean;
  /** Set when the routes were left as they came, and why: a mistake of ours. */
  refusal?: string;
}

/**
 * What is amended in a write of a VirtualService. Only Metacontroller's user may change marks: in anybody else's
 * update the old ones are put back, on a create they are taken off. Then the routes are rendered from the plan.
 */
export function admit(
  write: VirtualServiceWrite,
  config: { metacontrollerUser: string; clusterDomain: string },
): Amendment {
  const { object } = write;
  const scope = {
    namespace: object.metadata.namespace ?? '',
    clusterDomain: config.clusterDomain,
  };
  const came = marksOf(object);
  const isOwner = write.operation === 'UPDATE' && write.username === config.metacontrollerUser;
  const allowed = isOwner ? came : marksOf(write.operation === 'UPDATE' ? write.oldObject : null);
  const { plan, marks } = planFor(object, allowed, scope);
  const http = object.spec.http ?? [];
  const rendered = renderRoutes(http, isIgnored(object) ? [] : plan.injections, scope).http;
  const markPatch = [
    ...patchMap(object, 'annotations', isMarkAnnotation, marks.annotations),
    ...patchMap(object, 'labels', isMarkLabel, marks.labels),
  ];
  const restoredMarks = !isOwner && !jsonEqual(came, allowed);
  if (!keepsUserRoutes(http, rendered)) {
    return { patch: markPatch, routes: 0, restoredMarks, refusal: 'rendering would alter routes' };
  }
  return {
    patch: [...markPatch, ...patchRoutes(http, rendered)],
    routes: rendered.length - stripRoutes(rendered).length,
    restoredMarks,
  };
}

/** The plan to render, cut to the room that this version of the object leaves, and the marks that go with it. */
function planFor(
  object: VirtualService,
  allowed: Marks,
  scope: HostScope,
): { plan: Plan; marks: Marks } {
  const text = allowed.annotations[PLAN_ANNOTATION];
  const plan = parsePlan(text);
  if (plan === undefined) {
    const { [PLAN_ANNOTATION]: _broken, ...annotations } = allowed.annotations;
    return { plan: EMPTY_PLAN, marks: { ...allowed, annotations } };
  }
  const room = roomOf(object);
  const fitted = fitPlan(plan, room, routeBytes(object, scope)).plan;
  if (fitted.injections.length === plan.injections.length) return { plan, marks: allowed };
  const annotations = { ...allowed.annotations, [PLAN_ANNOTATION]: serializePlan(fitted) };
  return { plan: fitted, marks: { ...allowed, annotations } };
}

function keepsUserRoutes(came: readonly HTTPRoute[], rendered: readonly HTTPRoute[]): boolean {
  return jsonEqual(stripRoutes(came), stripRoutes(rendered));
}
