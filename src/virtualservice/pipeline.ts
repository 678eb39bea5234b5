import type { RouteInjection } from '../api/routeinjection.ts';
import type { HTTPRoute } from '../istio/types.ts';
import { byText, canonicalJson } from '../k8s/canonical.ts';
import { affordableInjections } from './injections/affordable.ts';
import { affordableRoutes } from './injections/affordable-routes.ts';
import { offerOf } from './injections/contributions.ts';
import { findNotes } from './injections/notes.ts';
import { wantedRoutes } from './injections/planned.ts';
import { olderFirst } from './injections/precedence.ts';
import { type Draft, draftRoutes, routesFor } from './injections/render.ts';
import { type LeftOut, tooLargeNote } from './injections/too-large-note.ts';
import { leftOutOf } from './plan/fit.ts';
import { fitNotes } from './plan/fit-notes.ts';
import type { Room } from './plan/room.ts';
import { isIgnored } from './routes/ignored.ts';
import type { Plan, PlanNote, PlannedInjection } from './routes/plan-codec.ts';
import type { Scope } from './routes/scope.ts';
import type { UsersVirtualService } from './routes/strip.ts';

/**
 * From a VirtualService to the one with our routes, in this order:
 *
 * 1. Our routes and marks are removed (`withoutOurs` in `routes/strip.ts`): from here on there is only the user's part.
 * 2. Copies of the user's routes are drafted for the envs' matches, each in front of its route (`draftRoutes` in `injections/`).
 * 3. What does not fit is left out (`leftOutOf` in `plan/fit.ts`); the rest is rendered.
 * 4. In admission only: the difference to the object as written is the patch (`patchRoutes` in `routes/patch.ts`).
 *
 * The decorator's sync calls `decidePlan`, which does 2 and 3 and stores the result as a plan; admission calls `renderPlan`, which does
 * them again for the plan that it finds. A second source of routes would insert them between 1 and 2, so that they are copied, too.
 */

/** The plan of a VirtualService for the injections that concern it, and the notes for their envs. */
export interface Decision {
  plan: Plan;
  /** All notes, also those for which the annotation has no room. */
  notes: PlanNote[];
  /** The http routes after the plan is rendered. */
  http: HTTPRoute[];
}

/** `present`: the plan that the VirtualService carries now. The envs in it keep their room. */
export function decidePlan(
  users: UsersVirtualService,
  injections: readonly RouteInjection[],
  room: Room,
  scope: Scope,
  present: Plan | undefined,
): Decision {
  const { wanted, costly } = affordableRoutes(
    users,
    wantedRoutes(injections),
    scope,
    room.sent,
    present,
  );
  const plans = wanted.flatMap(({ plan }) => plan ?? []);
  const draft = draftRoutes(users, plans, scope);
  const active = isIgnored(users)
    ? []
    : wanted.flatMap(({ plan, injection }) => (injection.spec.active ? (plan ?? []) : []));
  active.sort(olderFirst);
  const { kept, leftOut } = fitInjections(draft, active, room, present?.injections ?? []);
  const found = findNotes(users, wanted, draft, scope);
  const notes = [...[...costly, ...leftOut].map(tooLargeNote), ...found].sort(compareNotes);
  return {
    plan: fitNotes({ injections: [...kept], notes }, room),
    notes,
    http: routesFor(draft, kept),
  };
}

/** A stored plan, cut to the room that this version of the VirtualService leaves, and its http routes. */
export function renderPlan(
  users: UsersVirtualService,
  plan: Plan,
  room: Room,
  scope: Scope,
): { plan: Plan; http: HTTPRoute[] } {
  const { affordable } = affordableInjections(users, plan.injections, scope, room.sent);
  const draft = draftRoutes(users, affordable, scope);
  const { kept } = fitInjections(draft, affordable, room, affordable);
  return {
    plan: fitNotes({ ...plan, injections: [...kept] }, room),
    http: routesFor(draft, isIgnored(users) ? [] : kept),
  };
}

/** The injections of a draft that fit into the room, in their order, and those left out. `present`: see `offerOf`. */
export function fitInjections(
  draft: Draft,
  injections: readonly PlannedInjection[],
  room: Room,
  present: readonly PlannedInjection[],
): { kept: readonly PlannedInjection[]; leftOut: LeftOut[] } {
  const leftOut = leftOutOf(offerOf(draft, injections, present), room).map(
    ({ contribution: { injection }, excess }): LeftOut => ({
      injection,
      ...(excess === undefined ? {} : { excess }),
    }),
  );
  if (leftOut.length === 0) return { kept: injections, leftOut };
  const out = new Set(leftOut.map(({ injection }) => injection));
  return { kept: injections.filter((injection) => !out.has(injection)), leftOut };
}

function compareNotes(a: PlanNote, b: PlanNote): number {
  return byText(a.env, b.env) || byText(canonicalJson(a), canonicalJson(b));
}
