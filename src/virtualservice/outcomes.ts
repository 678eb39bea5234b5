import { IGNORE_MARK, isTrue } from '../api/marks.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { concerns, eligibleDestination, unguardedRoute, unroutable } from './eligible.ts';
import { findShadows, orderedPairs, type Pair, type Shadow } from './pairs.ts';
import type { InjectionState, PlanNote, PlannedInjection } from './plan-codec.ts';
import { type Dropped, renderRoutes } from './render.ts';
import { httpOf, type Scope } from './scope.ts';
import { stripRoutes } from './strip.ts';

/** What the plan needs of a RouteInjection; undefined for a consumer's, which is never routed to. */
export function planned({ spec }: RouteInjection): PlannedInjection | undefined {
  if (spec.subset === undefined) return undefined;
  return {
    env: spec.env,
    created: spec.envCreationTimestamp,
    deployment: spec.deployment,
    clone: spec.clone,
    host: spec.host,
    from: spec.from,
    to: spec.subset,
    matches: spec.matches,
  };
}

export function isIgnored({ metadata }: VirtualService): boolean {
  return isTrue(metadata.labels?.[IGNORE_MARK]) || isTrue(metadata.annotations?.[IGNORE_MARK]);
}

/** So many routes of one kind are named to an env; the others are counted. */
const MAX_NAMED = 3;

/**
 * What is worth telling the envs about this VirtualService, as if every injection were active: an env is to know
 * before its pods run which of its routes cannot be made, and why.
 */
export function findNotes(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  scope: Scope,
): PlanNote[] {
  const http = stripRoutes(httpOf(virtualService));
  const wanted = injections.flatMap((injection) => {
    const plan = planned(injection);
    return plan === undefined ? [] : [{ plan, isActive: injection.spec.active }];
  });
  const active = new Set(wanted.filter(({ isActive }) => isActive).map(({ plan }) => plan));
  const plans = wanted.map(({ plan }) => plan);
  const { http: rendered, dropped } = renderRoutes(http, plans, scope);
  const context = {
    http,
    copied: new Set(rendered.map(({ name }) => name)),
    dropped,
    shadows: findShadows(orderedPairs(plans), (injection) => active.has(injection)),
    scope,
  };
  return injections.flatMap((injection) => [
    ...guardNotes(virtualService, injection, scope),
    ...(injection.spec.subset === undefined
      ? []
      : routeNotes(isIgnored(virtualService), injection, context)),
  ]);
}

function note(injection: RouteInjection, state: InjectionState, message: string): PlanNote {
  const { env, deployment, host } = injection.spec;
  return { env, deployment, host, state, message };
}

function guardNotes(
  virtualService: VirtualService,
  injection: RouteInjection,
  scope: Scope,
): PlanNote[] {
  const { host, from } = injection.spec;
  const label = unguardedRoute(virtualService, host, scope);
  if (label === undefined) return [];
  const subset = from.length === 0 ? "the base's subset" : `the subset ${from.join(' or ')}`;
  const message = `${label} sends to ${host} without a subset, so that regular requests reach the clone's pods; name ${subset} there`;
  return [note(injection, 'unguarded', message)];
}

interface Context {
  http: readonly HTTPRoute[];
  /** Names of all routes when every injection is active. */
  copied: ReadonlySet<string | undefined>;
  dropped: readonly Dropped[];
  shadows: readonly Shadow[];
  scope: Scope;
}

function routeNotes(ignored: boolean, injection: RouteInjection, context: Context): PlanNote[] {
  if (ignored) return [note(injection, 'skipped', `it is marked ${IGNORE_MARK}: "true"`)];
  const reason = whyNoneEligible(injection, context);
  if (reason !== undefined) return [note(injection, 'skipped', reason)];
  const messages = (state: Dropped['state']) => summary(droppedOf(injection, context, state));
  return [
    ...messages('skipped').map((message) => note(injection, 'skipped', message)),
    ...messages('invalid').map((message) => note(injection, 'invalid', message)),
    ...context.shadows
      .filter(({ pair }) => isOf(pair, injection))
      .map(({ pair, by }) => note(injection, 'shadowed', shadowMessage(pair, by))),
  ];
}

/** Where other routes have copies, those that the env's requests never meet are not worth a word. */
function droppedOf(
  injection: RouteInjection,
  { dropped, copied }: Context,
  state: Dropped['state'],
): string[] {
  const mine = dropped.filter(({ pair }) => isOf(pair, injection));
  const told = mine.filter(({ pair, isHarmless }) => !isHarmless || !copied.has(pair.routeName));
  return told.filter((one) => one.state === state).map(({ message }) => message);
}

function shadowMessage(pair: Pair, by: Pair): string {
  return `match ${pair.matchIndex + 1} never applies: env "${by.injection.env}" takes the same requests first`;
}

function isOf(pair: Pair, { spec }: RouteInjection): boolean {
  const { env, deployment, host } = pair.injection;
  return (
    env === spec.env &&
    host === spec.host &&
    deployment.namespace === spec.deployment.namespace &&
    deployment.name === spec.deployment.name
  );
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
    return `it routes to ${host} by tcp or tls only, where headers are not seen`;
  }
  if (from.length === 0)
    return `no DestinationRule of ${host} names a subset of the base's version`;
  return `no route sends to ${host} with subset ${from.join(' or ')}`;
}

/** The first few of different messages; the last one tells how many more there are. */
function summary(messages: readonly string[]): string[] {
  const different = [...new Set(messages)];
  const more = different.length - MAX_NAMED;
  if (more <= 0) return different;
  const last = `${different[MAX_NAMED - 1]} (and ${more} more like this)`;
  return [...different.slice(0, MAX_NAMED - 1), last];
}
