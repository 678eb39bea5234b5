import type { RouteInjection } from '../../api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import { byText, canonicalJson, jsonBytes, jsonEqual } from '../../k8s/canonical.ts';
import { findNotes } from '../injections/notes.ts';
import { type WantedRoutes, wantedRoutes } from '../injections/planned.ts';
import { olderFirst } from '../injections/precedence.ts';
import { type Draft, draftRoutes, routesFor } from '../injections/render.ts';
import { applicants } from '../injections/share.ts';
import { isIgnored } from '../routes/ignored.ts';
import type { Plan, PlanNote } from '../routes/plan-codec.ts';
import { httpOf, type Scope } from '../routes/scope.ts';
import { affordableInjections, areSurelyAffordable } from './affordable.ts';
import { fitInjections, fitNotes, type LeftOut, type Room } from './fit.ts';

/** What a VirtualService is to carry for the injections that concern it, and what the envs are to know. */
export interface Decision {
  plan: Plan;
  /** All notes, also those the annotation had no room for. */
  notes: PlanNote[];
  /** Its http routes when the plan is rendered. */
  http: HTTPRoute[];
}

/** `present`: the plan that the VirtualService carries now; who is in it stays, as long as there is room. */
export function decidePlan(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  room: Room,
  scope: Scope,
  present: Plan | undefined,
): Decision {
  const http = httpOf(virtualService);
  const { wanted, costly } = affordableRoutes(
    http,
    wantedRoutes(injections),
    scope,
    room.sent,
    present,
  );
  const plans = wanted.flatMap(({ plan }) => plan ?? []);
  const draft = draftRoutes(http, plans, scope);
  const active = isIgnored(virtualService)
    ? []
    : wanted.flatMap(({ plan, injection }) => (injection.spec.active ? (plan ?? []) : []));
  active.sort(olderFirst);
  const { kept, leftOut } = fitInjections(draft, active, room, present?.injections ?? []);
  const found = findNotes(virtualService, wanted, draft, scope);
  const notes = [...[...costly, ...leftOut].map(tooLarge), ...found].sort(compareNotes);
  return {
    plan: fitNotes({ injections: [...kept], notes }, room),
    notes,
    http: routesFor(draft, kept),
  };
}

/** Who asks for routes comes first, in the order in which room is given (see `applicants`); then who waits. */
function affordableRoutes(
  http: readonly HTTPRoute[],
  wanted: readonly WantedRoutes[],
  scope: Scope,
  sentBytes: number,
  present: Plan | undefined,
): { wanted: readonly WantedRoutes[]; costly: LeftOut[] } {
  const plans = wanted.flatMap(({ plan }) => plan ?? []);
  if (areSurelyAffordable(http, plans, sentBytes)) return { wanted, costly: [] };
  const ordered = [true, false].flatMap((isActive) => {
    const asking = wanted.filter(({ injection }) => injection.spec.active === isActive);
    const injections = asking.flatMap(({ plan }) => plan ?? []);
    return applicants(injections, present?.injections ?? [], jsonBytes);
  });
  const { leftOut } = affordableInjections(
    http,
    ordered.map(({ injection }) => injection),
    scope,
  );
  if (leftOut.length === 0) return { wanted, costly: [] };
  const costly = new Set(leftOut);
  return {
    wanted: wanted.filter(({ plan }) => plan === undefined || !costly.has(plan)),
    costly: leftOut.map((injection) => ({ injection })),
  };
}

/** A plan as it was decided, cut to the room that another version of the VirtualService leaves. */
export function cutPlan(plan: Plan, draft: Draft, room: Room): Plan {
  const { kept } = fitInjections(draft, plan.injections, room, plan.injections);
  return fitNotes({ ...plan, injections: [...kept] }, room);
}

function tooLarge({ injection, excess }: LeftOut): PlanNote {
  const { env, deployment, host } = injection;
  const message =
    excess === undefined
      ? 'this VirtualService has no room for more routes; delete an env, or split the VirtualService'
      : `this VirtualService has no room for more routes of this env: ${excess}`;
  return { deployment, env, host, message, state: 'too-large' };
}

function compareNotes(a: PlanNote, b: PlanNote): number {
  return byText(a.env, b.env) || byText(canonicalJson(a), canonicalJson(b));
}

/** Do two plans say the same, whenever and however often they were asked for? */
export function samePlan(a: Plan, b: Plan): boolean {
  return jsonEqual(a.injections, b.injections) && jsonEqual(a.notes, b.notes);
}
