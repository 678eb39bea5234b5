import type { RouteInjection } from '../api/routeinjection.ts';
import type { VirtualService } from '../istio/types.ts';
import { byText, canonicalJson, jsonEqual } from '../k8s/canonical.ts';
import { fitInjections, fitNotes, type Room } from './fit.ts';
import { findNotes, isIgnored, planned } from './outcomes.ts';
import { compareInjections } from './pairs.ts';
import type { Plan, PlanNote, PlannedInjection } from './plan-codec.ts';
import type { Scope } from './scope.ts';

/** What a VirtualService is to carry for the injections that concern it, and what the envs are to know. */
export interface Decision {
  plan: Plan;
  /** All notes, also those the annotation had no room for. */
  notes: PlanNote[];
}

export function decidePlan(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  room: Room,
  scope: Scope,
): Decision {
  const active = isIgnored(virtualService)
    ? []
    : injections.filter(({ spec }) => spec.active).flatMap((injection) => planned(injection) ?? []);
  const wish = active.sort(compareInjections);
  const { kept, leftOut } = fitInjections(virtualService, wish, room, scope);
  const found = findNotes(virtualService, injections, scope);
  const notes = [...leftOut.map(tooLarge), ...found].sort(compareNotes);
  return { plan: fitNotes({ injections: kept, notes }, room), notes };
}

/** A plan as it was decided, cut to the room that another version of the VirtualService leaves. */
export function cutPlan(
  virtualService: VirtualService,
  plan: Plan,
  room: Room,
  scope: Scope,
): Plan {
  const { kept } = fitInjections(virtualService, plan.injections, room, scope);
  return fitNotes({ ...plan, injections: kept }, room);
}

function tooLarge({ env, deployment, host }: PlannedInjection): PlanNote {
  const message =
    'this VirtualService has no room for more routes; delete an env, or split the VirtualService';
  return { env, deployment, host, state: 'too-large', message };
}

function compareNotes(a: PlanNote, b: PlanNote): number {
  return byText(a.env, b.env) || byText(canonicalJson(a), canonicalJson(b));
}

/** Do two plans say the same, whenever and however often they were asked for? */
export function samePlan(a: Plan, b: Plan): boolean {
  return jsonEqual(a.injections, b.injections) && jsonEqual(a.notes, b.notes);
}
