import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import { ENVS_ANNOTATION, PLAN_ANNOTATION } from '../../api/marks.ts';
import type { VirtualService } from '../../istio/types.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import type { RefFlags } from '../../refs/settings.ts';
import { versionsIn } from '../../virtualservice/merges/presence.ts';
import { renderPlan } from '../../virtualservice/pipeline.ts';
import { hasRoom, roomOf } from '../../virtualservice/plan/room.ts';
import { renderedKeys } from '../../virtualservice/routes/l4-marker.ts';
import { L4_LISTS, listsOf, type RouteLists } from '../../virtualservice/routes/lists.ts';
import {
  isMarkAnnotation,
  isMarkLabel,
  LEAVING,
  type Marks,
  marksOf,
} from '../../virtualservice/routes/marks.ts';
import type { PlannedMerge } from '../../virtualservice/routes/merge-codec.ts';
import {
  type PatchOperation,
  patchMap,
  patchOwners,
  patchRoutes,
} from '../../virtualservice/routes/patch.ts';
import {
  EMPTY_PLAN,
  isEmptyPlan,
  parsePlan,
  planOf,
  samePlan,
  serializePlan,
} from '../../virtualservice/routes/plan-codec.ts';
import { type Scope, scopeOf } from '../../virtualservice/routes/scope.ts';
import {
  keepsUserRoutes,
  type UsersVirtualService,
  withoutOurs,
} from '../../virtualservice/routes/strip.ts';

/** One write of a VirtualService, as admission sees it. */
export interface VirtualServiceWrite {
  operation: 'CREATE' | 'UPDATE';
  username: string;
  object: VirtualService;
  oldObject: VirtualService | null;
  /** See `roomOf`. */
  sentBytes?: number;
}

export interface Amendment {
  patch: PatchOperation[];
  /** How many of our routes the object has afterwards. */
  routes: number;
  /** The writer had changed our marks, and the change was undone. */
  restoredMarks: boolean;
  /** Why the routes were not changed, because of a bug of ours. */
  refusal?: string;
  /** Why the routes were not changed, because they cannot be read: names the wrong field. */
  unreadable?: string;
}

/**
 * The amendment of one write of a VirtualService. Only Metacontroller's user may change marks: in an update of another user the old
 * ones are restored, in a create they are removed. Then the routes are rendered from the plan, and marks that were kept only for
 * routes that are now removed are removed, too.
 */
export function admit(
  write: VirtualServiceWrite,
  config: { metacontrollerUser: string; clusterDomain: string } & Partial<RefFlags>,
): Amendment {
  const { object } = write;
  const came = marksOf(object);
  const isOwner = write.operation === 'UPDATE' && write.username === config.metacontrollerUser;
  const allowed = isOwner ? came : marksOf(write.operation === 'UPDATE' ? write.oldObject : null);
  const restoredMarks = !isOwner && !jsonEqual(came, allowed);
  const wrong = wrongShape('VirtualService', object);
  if (wrong !== undefined) {
    // Schema validation runs after the webhook and refuses such an object; if it does not, the object is kept as it is.
    return {
      patch: patchMarks(object, allowed),
      routes: 0,
      restoredMarks,
      unreadable: shapeText(wrong),
    };
  }
  // Merged routes of tcp and tls are known by the plan with which they were rendered.
  const known = restoredMarks && write.operation === 'UPDATE' ? withPlan(object, allowed) : object;
  const users = withoutOurs(known);
  const scope = scopeOf(object, config);
  const mayRender = isOwner ? undefined : carriedBy(write.oldObject);
  const { rendered, marks } = renderedPlan(users, allowed, scope, write.sentBytes, mayRender);
  if (!keepsUserRoutes(users, rendered)) {
    const patch = patchMarks(object, marks);
    return { patch, routes: 0, restoredMarks, refusal: 'rendering would alter routes' };
  }
  return {
    patch: [...patchMarks(object, withoutDeparted(marks)), ...patchRoutes(known, rendered)],
    routes: countRoutes(rendered) - countRoutes(listsOf(users)),
    restoredMarks,
  };
}

function countRoutes({ http, tcp, tls }: RouteLists): number {
  return http.length + tcp.length + tls.length;
}

/** With the stored plan. Routes that the plan in a writer's manifest knows are ours, too: it may be of an earlier version. */
function withPlan(object: VirtualService, { annotations }: Marks): VirtualService {
  const text = annotations[PLAN_ANNOTATION];
  const stored = parsePlan(text);
  const came = planOf(object) ?? EMPTY_PLAN;
  const earlier = L4_LISTS.flatMap((list) => renderedKeys(list, came));
  const staleRoutes = [...(stored?.staleRoutes ?? []), ...earlier];
  const all = {
    ...object.metadata.annotations,
    [PLAN_ANNOTATION]:
      text !== undefined && stored !== undefined && earlier.length === 0
        ? text
        : serializePlan({ ...(stored ?? EMPTY_PLAN), staleRoutes }),
  };
  return { ...object, metadata: { ...object.metadata, annotations: all } };
}

/**
 * A user's write has only those merged routes that the object carried before. The plan may know others that were never stored, because
 * the webhook was away: if istiod refused one of them, the user's write would be refused for it.
 */
function carriedBy(old: VirtualService | null): (merge: PlannedMerge) => boolean {
  const plan = old === null ? undefined : planOf(old);
  if (
    old === null ||
    plan?.merges === undefined ||
    wrongShape('VirtualService', old) !== undefined
  ) {
    return () => false;
  }
  return versionsIn(old, plan, withoutOurs(old));
}

/** Once the routes are as planned, labels of departing envs are not needed any more; nor is the plan, if no env is left. */
function withoutDeparted({ annotations, labels }: Marks): Marks {
  const staying = Object.fromEntries(
    Object.entries(labels).filter(([, state]) => state !== LEAVING),
  );
  if (Object.keys(staying).length > 0) return { annotations, labels: staying };
  const plan = parsePlan(annotations[PLAN_ANNOTATION]) ?? EMPTY_PLAN;
  return { annotations: isEmptyPlan(plan) ? {} : annotations, labels: staying };
}

function patchMarks(object: VirtualService, { annotations, labels }: Marks): PatchOperation[] {
  const patch = [
    ...patchMap(object, 'annotations', isMarkAnnotation, annotations),
    ...patchMap(object, 'labels', isMarkLabel, labels),
  ];
  return [...patch, ...patchOwners(object, patch)];
}

/** The routes of the plan, cut to the room that this version of the object leaves, and the marks that belong to them. */
function renderedPlan(
  users: UsersVirtualService,
  allowed: Marks,
  scope: Scope,
  sentBytes: number | undefined,
  mayRender: ((merge: PlannedMerge) => boolean) | undefined,
): { rendered: RouteLists; marks: Marks } {
  const { [PLAN_ANNOTATION]: text, [ENVS_ANNOTATION]: envs } = allowed.annotations;
  const room = roomOf(users, envs, sentBytes);
  const plan = parsePlan(text);
  const annotations: Record<string, string> =
    envs !== undefined && room.envs ? { [ENVS_ANNOTATION]: envs } : {};
  if (text === undefined || plan === undefined || !hasRoom(room)) {
    return { rendered: listsOf(users), marks: { ...allowed, annotations } };
  }
  const { plan: cut, routes } = renderPlan(users, plan, room, scope, mayRender);
  const kept = samePlan(cut, plan) ? text : serializePlan(cut);
  return {
    rendered: routes,
    marks: { ...allowed, annotations: { ...annotations, [PLAN_ANNOTATION]: kept } },
  };
}
