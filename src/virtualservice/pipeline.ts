import type { RouteInjection } from '../api/routeinjection.ts';
import type { VirtualService } from '../istio/types.ts';
import { byText, canonicalJson } from '../k8s/canonical.ts';
import { affordableInjections } from './injections/affordable.ts';
import { affordableRoutes } from './injections/affordable-routes.ts';
import { offerOf } from './injections/contributions.ts';
import { findNotes } from './injections/notes.ts';
import { wantedRoutes } from './injections/planned.ts';
import { olderFirst } from './injections/precedence.ts';
import { type Draft, draftRoutes, routesFor } from './injections/render.ts';
import { type LeftOut, tooLargeNote } from './injections/too-large-note.ts';
import { type AskedMerges, decideMerges, plannedMerges, renderable } from './merges/decide.ts';
import { roomBeside } from './merges/fit.ts';
import { type MergedLists, mergedLists, withMerged } from './merges/merged-lists.ts';
import { leftOutOf } from './plan/fit.ts';
import { fitNotes } from './plan/fit-notes.ts';
import type { Room } from './plan/room.ts';
import { isIgnored } from './routes/ignored.ts';
import { listsOf, type RouteLists, withLists } from './routes/lists.ts';
import {
  hasMergeFields,
  mergeFieldsOf,
  type PlannedMerge,
  type PlannedMerges,
  withoutMergeFields,
} from './routes/merge-codec.ts';
import type { Plan, PlanNote, PlannedInjection } from './routes/plan-codec.ts';
import type { Scope } from './routes/scope.ts';
import { type UsersVirtualService, withoutOurs } from './routes/strip.ts';

/**
 * From a VirtualService to the one with our routes, in this order:
 *
 * 1. Our routes and marks are removed (`withoutOurs` in `routes/strip.ts`): from here on there is only the user's part.
 * 2. The routes of VirtualServiceMerges are put before the user's (`mergedLists` in `merges/`).
 * 3. Copies of all these http routes are drafted for the envs' matches, each in front of its route (`draftRoutes` in `injections/`).
 * 4. What does not fit is left out (`leftOutOf` in `plan/fit.ts`); the rest is rendered.
 * 5. In admission only: the difference to the object as written is the patch (`patchRoutes` in `routes/patch.ts`).
 *
 * The decorator's sync calls `decidePlan`, which does 2 to 4 and stores the result as a plan; admission calls `renderPlan`, which does
 * them again for the plan that it finds.
 */

/** What a VirtualService is asked to carry. */
export interface Asked extends AskedMerges {
  injections: readonly RouteInjection[];
}

/** The plan of a VirtualService for what it is asked to carry, and the notes for the envs. */
export interface Decision {
  plan: Plan;
  /** All notes, also those for which the annotation has no room. */
  notes: PlanNote[];
  /** The routes after the plan is rendered. */
  routes: RouteLists;
  resyncAfterSeconds?: number;
}

/** `present`: the plan that the VirtualService carries now. The envs and merges in it keep their room. */
export function decidePlan(
  virtualService: VirtualService,
  { injections, ...asked }: Asked,
  whole: Room,
  scope: Scope,
  present: Plan | undefined,
  now: Date,
): Decision {
  const own = withoutOurs(virtualService);
  const merging = decideMerges(virtualService, asked, whole, present, now);
  const { base, lists, room } = merged(own, merging.lists, merging.fields, whole);
  const { wanted, costly } = affordableRoutes(
    base,
    wantedRoutes(injections, present?.injections),
    scope,
    room.sent,
    present,
  );
  const plans = wanted.flatMap(({ plan }) => plan ?? []);
  const draft = draftRoutes(base, plans, scope);
  const active = isIgnored(base)
    ? []
    : wanted.flatMap(({ plan, injection }) => (injection.spec.active ? (plan ?? []) : []));
  active.sort(olderFirst);
  const { kept, leftOut } = fitInjections(draft, active, room, present?.injections ?? []);
  const found = findNotes(base, wanted, draft, scope);
  const notes = [...[...costly, ...leftOut].map(tooLargeNote), ...found].sort(compareNotes);
  const { resyncAfterSeconds } = merging;
  return {
    plan: { ...fitNotes({ injections: [...kept], notes }, room), ...merging.fields },
    notes,
    routes: { ...lists, http: routesFor(draft, kept) },
    ...(resyncAfterSeconds === undefined ? {} : { resyncAfterSeconds }),
  };
}

/**
 * A stored plan, cut to the room that this version of the VirtualService leaves, and its routes. `mayRender`: of the planned merges,
 * those whose routes this write may have.
 */
export function renderPlan(
  own: UsersVirtualService,
  plan: Plan,
  whole: Room,
  scope: Scope,
  mayRender: (merge: PlannedMerge) => boolean = () => true,
): { plan: Plan; routes: RouteLists } {
  const fitting = plannedMerges(plan, whole);
  const { staleRoutes: _removed, ...fields } = mergeFieldsOf({ ...plan, ...fitting });
  const shown = renderable(renderedVersions(fitting, mayRender), own);
  const { base, lists, room } = merged(own, mergedLists(shown, own), fields, whole);
  const { affordable } = affordableInjections(base, plan.injections, scope, room.sent);
  const draft = draftRoutes(base, affordable, scope);
  const { kept } = fitInjections(draft, affordable, room, affordable);
  const { injections: _injections, notes, ...rest } = withoutMergeFields(plan);
  return {
    plan: { ...rest, ...fitNotes({ injections: [...kept], notes }, room), ...fields },
    routes: { ...lists, http: routesFor(draft, isIgnored(base) ? [] : kept) },
  };
}

/** Of each merge the version that may be rendered: the newer one first. */
function renderedVersions(
  { merges, olderMerges }: Required<Pick<PlannedMerges, 'merges' | 'olderMerges'>>,
  mayRender: (merge: PlannedMerge) => boolean,
): PlannedMerge[] {
  return merges.flatMap((merge) => {
    const older = olderMerges.filter(({ uid }) => uid === merge.uid);
    return [merge, ...older].filter(mayRender).slice(0, 1);
  });
}

/** The VirtualService with merged routes as if they were its own, and the room that they leave. */
function merged(
  own: UsersVirtualService,
  found: MergedLists,
  fields: PlannedMerges,
  room: Room,
): { base: UsersVirtualService; lists: RouteLists; room: Room } {
  if (!hasMergeFields(fields)) return { base: own, lists: listsOf(own), room };
  const lists = withMerged(own, found);
  const rendered = [...found.http, ...found.tcp, ...found.tls].map(({ route }) => route);
  return {
    base: withLists(own, lists),
    lists,
    room: roomBeside(fields, rendered, room),
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
