import { PLAN_ANNOTATION } from '../api/marks.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import type { VirtualService } from '../istio/types.ts';
import { byText, canonicalJson, jsonEqual, utf8Length } from '../k8s/canonical.ts';
import type { HostScope } from './eligible.ts';
import { fitPlan, largest, type Room, roomIn } from './fit.ts';
import { findNotes, isIgnored, planned } from './outcomes.ts';
import { compareInjections } from './pairs.ts';
import { type Plan, type PlanNote, type PlannedInjection, serializePlan } from './plan-codec.ts';
import { renderRoutes } from './render.ts';
import { stripRoutes } from './strip.ts';

/** What a VirtualService is to carry for the injections that concern it, and what the envs are to know. */
export interface Decision {
  plan: Plan;
  /** All notes, also those the annotation had no room for. */
  notes: PlanNote[];
}

export function decidePlan(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  scope: HostScope,
): Decision {
  const active = isIgnored(virtualService)
    ? []
    : injections.filter(({ spec }) => spec.active).flatMap((injection) => planned(injection) ?? []);
  const room = roomOf(virtualService);
  const wish = { injections: active.sort(compareInjections), notes: [] };
  const { plan, leftOut } = fitPlan(wish, room, routeBytes(virtualService, scope));
  const found = findNotes(virtualService, injections, scope);
  const notes = [...leftOut.map(tooLarge), ...found].sort(compareNotes);
  return { plan: withNotes(plan, notes, room), notes };
}

/** The plan with as many notes as fit beside its injections. */
function withNotes(plan: Plan, notes: readonly PlanNote[], room: Room): Plan {
  const fits = (count: number) =>
    utf8Length(serializePlan({ ...plan, notes: notes.slice(0, count) })) <= room.plan;
  return { ...plan, notes: notes.slice(0, largest(notes.length, fits)) };
}

function tooLarge({ env, deployment, host }: PlannedInjection): PlanNote {
  const message =
    'this VirtualService has no room for more routes; delete an env, or split the VirtualService';
  return { env, deployment, host, state: 'too-large', message };
}

/** Bytes left for the plan and for routes in an object, our own plan and routes not counted. */
export function roomOf(virtualService: VirtualService): Room {
  const { [PLAN_ANNOTATION]: _plan, ...others } = virtualService.metadata.annotations ?? {};
  const http = stripRoutes(virtualService.spec.http ?? []);
  const bare = { ...virtualService, spec: { ...virtualService.spec, http } };
  return roomIn(others, PLAN_ANNOTATION, utf8Length(JSON.stringify(bare)));
}

/** How many bytes the routes of some injections add to an object. */
export function routeBytes(virtualService: VirtualService, scope: HostScope) {
  const http = stripRoutes(virtualService.spec.http ?? []);
  const bare = utf8Length(JSON.stringify(http));
  return (injections: readonly PlannedInjection[]) =>
    utf8Length(JSON.stringify(renderRoutes(http, injections, scope).http)) - bare;
}

function compareNotes(a: PlanNote, b: PlanNote): number {
  return byText(a.env, b.env) || byText(canonicalJson(a), canonicalJson(b));
}

/** Do two plans say the same, whenever and however often they were asked for? */
export function samePlan(a: Plan, b: Plan): boolean {
  return jsonEqual(a.injections, b.injections) && jsonEqual(a.notes, b.notes);
}
