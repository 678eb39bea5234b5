import type { RouteInjection } from '../api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { byText, canonicalJson, jsonEqual } from '../k8s/canonical.ts';
import { affordableInjections } from './affordable.ts';
import { fitInjections, fitNotes, type Room } from './fit.ts';
import { findNotes, isIgnored, type Wish, wishesOf } from './outcomes.ts';
import { compareInjections } from './pairs.ts';
import type { Plan, PlanNote, PlannedInjection } from './plan-codec.ts';
import { type Draft, draftRoutes, routesFor } from './render.ts';
import { httpOf, type Scope } from './scope.ts';

/** What a VirtualService is to carry for the injections that concern it, and what the envs are to know. */
export interface Decision {
  plan: Plan;
  /** All notes, also those the annotation had no room for. */
  notes: PlanNote[];
  /** Its http routes when the plan is rendered. */
  http: HTTPRoute[];
}

export function decidePlan(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  room: Room,
  scope: Scope,
): Decision {
  const http = httpOf(virtualService);
  const { wishes, costly } = affordableWishes(http, wishesOf(injections), scope, room.sent);
  const plans = wishes.flatMap(({ plan }) => plan ?? []);
  const draft = draftRoutes(http, plans, scope);
  const active = isIgnored(virtualService)
    ? []
    : wishes.flatMap(({ plan, injection }) => (injection.spec.active ? (plan ?? []) : []));
  const { kept, leftOut } = fitInjections(draft, active.sort(compareInjections), room);
  const found = findNotes(virtualService, wishes, draft, scope);
  const notes = [...[...costly, ...leftOut].map(tooLarge), ...found].sort(compareNotes);
  return {
    plan: fitNotes({ injections: [...kept], notes }, room),
    notes,
    http: routesFor(draft, kept),
  };
}

/** Those that have or had routes come before those that wait, then the older ones: whoever asks for too much asks last. */
function affordableWishes(
  http: readonly HTTPRoute[],
  wishes: readonly Wish[],
  scope: Scope,
  sentBytes: number,
): { wishes: Wish[]; costly: PlannedInjection[] } {
  const of = (isActive: boolean) =>
    wishes
      .flatMap(({ injection, plan }) => (injection.spec.active === isActive ? (plan ?? []) : []))
      .sort(compareInjections);
  const ordered = [...of(true), ...of(false)];
  const { leftOut } = affordableInjections(http, ordered, scope, sentBytes);
  if (leftOut.length === 0) return { wishes: [...wishes], costly: [] };
  const costly = new Set(leftOut);
  return {
    wishes: wishes.filter(({ plan }) => plan === undefined || !costly.has(plan)),
    costly: leftOut,
  };
}

/** A plan as it was decided, cut to the room that another version of the VirtualService leaves. */
export function cutPlan(plan: Plan, draft: Draft, room: Room): Plan {
  const { kept } = fitInjections(draft, plan.injections, room);
  return fitNotes({ ...plan, injections: [...kept] }, room);
}

function tooLarge({ env, deployment, host }: PlannedInjection): PlanNote {
  const message =
    'this VirtualService has no room for more routes; delete an env, or split the VirtualService';
  return { deployment, env, host, message, state: 'too-large' };
}

function compareNotes(a: PlanNote, b: PlanNote): number {
  return byText(a.env, b.env) || byText(canonicalJson(a), canonicalJson(b));
}

/** Do two plans say the same, whenever and however often they were asked for? */
export function samePlan(a: Plan, b: Plan): boolean {
  return jsonEqual(a.injections, b.injections) && jsonEqual(a.notes, b.notes);
}
