import { IGNORE_MARK } from '../../api/marks.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { isIgnored } from '../routes/ignored.ts';
import { type ByOwner, groupByOwner } from '../routes/owner.ts';
import type { PlanNote, PlannedInjection } from '../routes/plan-codec.ts';
import type { Scope } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import type { Dropped } from './copies.ts';
import { guardNotes } from './guard-notes.ts';
import { whyNoneEligible } from './no-eligible-route.ts';
import { note, routesText, summary } from './note.ts';
import type { WantedRoutes } from './planned.ts';
import { selectorText } from './precedence.ts';
import type { Draft } from './render.ts';
import { findShadows, type Shadow } from './shadows.ts';

/**
 * The notes for the envs about this VirtualService, as if every injection were active: an env learns before its pods run which of its
 * routes cannot be made, and why. `draft`: of all wanted routes.
 */
export function findNotes(
  users: UsersVirtualService,
  wanted: readonly WantedRoutes[],
  draft: Draft,
  scope: Scope,
): PlanNote[] {
  const active = new Set(
    wanted.flatMap(({ injection, plan }) => (injection.spec.active ? (plan ?? []) : [])),
  );
  const isActive = (plan: PlannedInjection) => active.has(plan);
  const copied = new Set<PlannedInjection>();
  for (const { copies } of draft.routes) {
    for (const { pairs } of copies) for (const { injection } of pairs) copied.add(injection);
  }
  const context = {
    http: draft.routes.map(({ route }) => route),
    copied,
    dropped: groupByOwner(draft.dropped, ({ pair }) => pair.injection),
    shadows: groupByOwner(findShadows(draft, isActive), ({ pair }) => pair.injection),
    isIgnored: isIgnored(users),
    scope,
  };
  const guard = guardNotes(users, scope);
  const notes: PlanNote[] = [];
  for (const { injection, plan } of wanted) {
    notes.push(...guard(injection));
    if (plan !== undefined) notes.push(...routeNotes(injection, plan, context));
  }
  return notes;
}

interface Context {
  http: readonly HTTPRoute[];
  /** The injections that have at least one copy. */
  copied: ReadonlySet<PlannedInjection>;
  dropped: ByOwner<Dropped>;
  shadows: ByOwner<Shadow>;
  isIgnored: boolean;
  scope: Scope;
}

function routeNotes(
  injection: RouteInjection,
  plan: PlannedInjection,
  context: Context,
): PlanNote[] {
  if (context.isIgnored) return [note(injection, 'skipped', `it is marked ${IGNORE_MARK}: "true"`)];
  const reason = context.copied.has(plan) ? undefined : whyNone(injection, context);
  if (reason !== undefined) return [note(injection, 'skipped', reason)];
  const messages = (state: Dropped['state']) => summary(droppedOf(injection, context, state));
  return [
    ...messages('skipped').map((message) => note(injection, 'skipped', message)),
    ...messages('invalid').map((message) => note(injection, 'invalid', message)),
    ...shadowNotes(injection, context),
  ];
}

/** Why the injection has no copy at all, if no route tells it. */
function whyNone(injection: RouteInjection, { http, scope }: Context): string | undefined {
  if (injection.spec.entry === undefined) return whyNoneEligible(injection, http, scope);
  return http.length === 0 ? 'it has no http route' : undefined;
}

/** If the injection has other copies, a route that the env's requests can never match is not worth a note. */
function droppedOf(
  injection: RouteInjection,
  { dropped, copied }: Context,
  state: Dropped['state'],
): string[] {
  const relevant = dropped(injection.spec).filter(
    ({ pair, isHarmless }) => !isHarmless || !copied.has(pair.injection),
  );
  return relevant.filter((one) => one.state === state).map(({ message }) => message);
}

/** The selectors of a ref are named in the same words: one note is enough for them. */
function shadowNotes(injection: RouteInjection, { shadows }: Context): PlanNote[] {
  const all = shadows(injection.spec).map((shadow) => shadowNote(injection, shadow));
  return [...new Map(all.map((one) => [one.message, one])).values()];
}

function shadowNote(injection: RouteInjection, { pair, by, at }: Shadow): PlanNote {
  const { env, deployment } = by.injection;
  const taker =
    env === injection.spec.env
      ? `Deployment "${deployment.namespace}/${deployment.name}" of this env`
      : `env "${env}"`;
  const where = at === undefined ? 'never applies' : `does not apply to ${routesText(at)}`;
  const message = `${selectorText(pair)} ${where}: ${taker} takes the same requests first`;
  const whole = note(injection, 'shadowed', message);
  return at === undefined ? whole : { ...whole, partial: true };
}
