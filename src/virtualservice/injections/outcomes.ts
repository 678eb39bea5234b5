import { IGNORE_MARK, isTrue } from '../../api/marks.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import { partialNamesOf } from '../../istio/partial-host-name.ts';
import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import {
  concerns,
  eligibleDestination,
  labelOf,
  unguardedRoute,
  unroutable,
} from '../routes/eligible.ts';
import { exposedRoutes } from '../routes/guard.ts';
import { type ByOwner, groupByOwner } from '../routes/owner.ts';
import type { InjectionState, PlanNote, PlannedInjection } from '../routes/plan-codec.ts';
import type { Scope } from '../routes/scope.ts';
import type { Dropped } from './copies.ts';
import type { Draft } from './render.ts';
import { findShadows, type Shadow } from './shadows.ts';

/** What the plan needs of a RouteInjection; undefined for a consumer's, which is never routed to. */
export function planned({ spec }: RouteInjection): PlannedInjection | undefined {
  if (spec.subset === undefined) return undefined;
  // In the order in which the annotation has them.
  return {
    clone: spec.clone,
    created: spec.envCreationTimestamp,
    deployment: spec.deployment,
    env: spec.env,
    from: spec.from,
    host: spec.host,
    matches: spec.matches,
    ...(spec.subsets === undefined ? {} : { targets: spec.subsets }),
    to: spec.subset,
  };
}

export function isIgnored({ metadata }: VirtualService): boolean {
  return isTrue(metadata.labels?.[IGNORE_MARK]) || isTrue(metadata.annotations?.[IGNORE_MARK]);
}

/** So many routes of one kind are named to an env; the others are counted. */
const MAX_NAMED = 3;

/** An injection and what a plan needs of it; none of a consumer's. */
export interface Wish {
  injection: RouteInjection;
  plan: PlannedInjection | undefined;
}

export function wishesOf(injections: readonly RouteInjection[]): Wish[] {
  return injections.map((injection) => ({ injection, plan: planned(injection) }));
}

/**
 * What is worth telling the envs about this VirtualService, as if every injection were active: an env is to know
 * before its pods run which of its routes cannot be made, and why. The draft is that of all wishes.
 */
export function findNotes(
  virtualService: VirtualService,
  wishes: readonly Wish[],
  draft: Draft,
  scope: Scope,
): PlanNote[] {
  const active = new Set(
    wishes.flatMap(({ injection, plan }) => (injection.spec.active ? (plan ?? []) : [])),
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
    isIgnored: isIgnored(virtualService),
    scope,
  };
  const guardNotes = guard(virtualService, scope);
  const notes: PlanNote[] = [];
  for (const { injection, plan } of wishes) {
    notes.push(...guardNotes(injection));
    if (plan !== undefined) notes.push(...routeNotes(injection, plan, context));
  }
  return notes;
}

function note(injection: RouteInjection, state: InjectionState, message: string): PlanNote {
  const { env, deployment, host } = injection.spec;
  // In the order in which the annotation has them.
  return { deployment, env, host, message, state };
}

/** The notes about requests that reach a clone's pods by a route to its host without a subset, or with one that selects them. */
function guard(virtualService: VirtualService, scope: Scope) {
  const known = new Map<string, string | undefined>();
  const unguarded = (host: string): string | undefined => {
    if (!known.has(host)) known.set(host, unguardedRoute(virtualService, host, scope));
    return known.get(host);
  };
  const exposedTo = exposedRoutes(virtualService, scope);
  return (injection: RouteInjection): PlanNote[] => {
    const { host, from } = injection.spec;
    const exposed = summary(exposedTo(injection)).map((message) =>
      note(injection, 'unguarded', message),
    );
    const label = unguarded(host);
    if (label === undefined) return exposed;
    const subset = from.length === 0 ? "the base's subset" : `the subset ${from.join(' or ')}`;
    const message = `${label} sends to ${host} without a subset, so that regular requests reach the clone's pods; name ${subset} there`;
    return [note(injection, 'unguarded', message), ...exposed];
  };
}

interface Context {
  http: readonly HTTPRoute[];
  /** Those that have a copy before some route. */
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
  const reason = context.copied.has(plan) ? undefined : whyNoneEligible(injection, context);
  if (reason !== undefined) return [note(injection, 'skipped', reason)];
  const messages = (state: Dropped['state']) => summary(droppedOf(injection, context, state));
  return [
    ...messages('skipped').map((message) => note(injection, 'skipped', message)),
    ...messages('invalid').map((message) => note(injection, 'invalid', message)),
    ...context.shadows(injection.spec).map((shadow) => shadowNote(injection, shadow)),
  ];
}

/** Where other routes have copies, those that the env's requests never meet are not worth a word. */
function droppedOf(
  injection: RouteInjection,
  { dropped, copied }: Context,
  state: Dropped['state'],
): string[] {
  const told = dropped(injection.spec).filter(
    ({ pair, isHarmless }) => !isHarmless || !copied.has(pair.injection),
  );
  return told.filter((one) => one.state === state).map(({ message }) => message);
}

function shadowNote(injection: RouteInjection, { pair, by, at }: Shadow): PlanNote {
  const { env, deployment } = by.injection;
  const taker =
    env === injection.spec.env
      ? `Deployment "${deployment.namespace}/${deployment.name}" of this env`
      : `env "${env}"`;
  const where = at === undefined ? 'never applies' : `does not apply to ${routesText(at)}`;
  const message = `match ${pair.matchIndex + 1} ${where}: ${taker} takes the same requests first`;
  const told = note(injection, 'shadowed', message);
  return at === undefined ? told : { ...told, partial: true };
}

function routesText(labels: readonly string[]): string {
  const different = [...new Set(labels)];
  const more = different.length - MAX_NAMED;
  const named = different.slice(0, MAX_NAMED).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}

/** Undefined when there is an eligible route. */
function whyNoneEligible(
  { spec }: RouteInjection,
  { http, scope }: Pick<Context, 'http' | 'scope'>,
): string | undefined {
  const { host, from } = spec;
  if (http.some((route) => eligibleDestination(route, spec, scope) !== undefined)) return undefined;
  const concerned = http.filter((route) => concerns(route, host, scope));
  const reason = concerned.map(unroutable).find((why) => why !== undefined);
  if (reason !== undefined) return `its route to ${host} cannot be copied: ${reason}`;
  if (concerned.length === 0) {
    const half = halfNamed(http, host, scope);
    if (half !== undefined) return half;
    const other = http.find((route) => unroutable(route) !== undefined);
    if (other !== undefined) {
      return `no route of it sends to ${host}, and ${labelOf(other)} cannot be copied: ${unroutable(other)}`;
    }
    return `it routes to ${host} by tcp or tls only, where headers are not seen`;
  }
  if (from.length === 0)
    return `no DestinationRule of ${host} names a subset of the base's version`;
  return `no route sends to ${host} with subset ${from.join(' or ')}`;
}

/** A name that DNS would complete is another host to Istio. */
function halfNamed(http: readonly HTTPRoute[], host: string, scope: Scope): string | undefined {
  const halves = partialNamesOf(host, scope.clusterDomain);
  for (const route of http) {
    const written = route.route?.map(({ destination }) => destination?.host ?? '') ?? [];
    const half = written.find((name) => halves.includes(name));
    if (half !== undefined) {
      return `${labelOf(route)} sends to "${half}", which Istio takes for another host than ${host}, as it completes only names without a dot; write ${host} there`;
    }
  }
  return undefined;
}

/** The first few of different messages; the last one tells how many more there are. */
function summary(messages: readonly string[]): readonly string[] {
  if (messages.length < 2) return messages;
  const different = [...new Set(messages)];
  const more = different.length - MAX_NAMED;
  if (more <= 0) return different;
  const last = `${different[MAX_NAMED - 1]} (and ${more} more like this)`;
  return [...different.slice(0, MAX_NAMED - 1), last];
}
