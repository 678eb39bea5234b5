import { IGNORE_MARK, isTrue } from '../api/marks.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import {
  eligibleDestination,
  type HostScope,
  isUnguarded,
  leadsTo,
  unroutable,
} from './eligible.ts';
import { findShadows, orderedPairs, type Pair, type Shadow } from './pairs.ts';
import type { InjectionState, PlanNote, PlannedInjection } from './plan-codec.ts';
import { type Dropped, renderRoutes } from './render.ts';
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

/**
 * What is worth telling the envs about this VirtualService, as if every injection were active: an env is to know
 * before its pods run which of its routes cannot be made, and why.
 */
export function findNotes(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  scope: HostScope,
): PlanNote[] {
  const http = stripRoutes(virtualService.spec.http ?? []);
  const wanted = injections.flatMap((injection) => planned(injection) ?? []);
  const pairs = orderedPairs(wanted);
  const rendered = renderRoutes(http, wanted, scope);
  const shadows = findShadows(pairs);
  return injections.flatMap((injection) => [
    ...guardNotes(http, injection, scope),
    ...(injection.spec.subset === undefined
      ? []
      : routeNotes({ virtualService, http, injection, rendered, shadows, scope })),
  ]);
}

function note(injection: RouteInjection, state: InjectionState, message: string): PlanNote {
  const { env, deployment, host } = injection.spec;
  return { env, deployment, host, state, message };
}

function guardNotes(
  http: readonly HTTPRoute[],
  injection: RouteInjection,
  scope: HostScope,
): PlanNote[] {
  const route = http.find((candidate) => isUnguarded(candidate, injection.spec.host, scope));
  if (route === undefined) return [];
  const label = route.name ? `route "${route.name}"` : 'a route without a name';
  const message = `${label} sends to ${injection.spec.host} without a subset, so that regular requests reach the clone's pods; name the subset ${injection.spec.from.join(' or ')} there`;
  return [note(injection, 'unguarded', message)];
}

interface Context {
  virtualService: VirtualService;
  http: readonly HTTPRoute[];
  injection: RouteInjection;
  rendered: { http: HTTPRoute[]; dropped: Dropped[] };
  shadows: readonly Shadow[];
  scope: HostScope;
}

function routeNotes(context: Context): PlanNote[] {
  const { virtualService, injection, rendered, shadows } = context;
  if (isIgnored(virtualService)) {
    return [note(injection, 'skipped', `it is marked ${IGNORE_MARK}: "true"`)];
  }
  const mine = (pair: Pair) => isOf(pair, injection);
  const dropped = rendered.dropped.filter(({ pair }) => mine(pair));
  const notes = dropped.map(({ state, message }) => note(injection, state, message));
  if (!hasEligible(context)) notes.push(note(injection, 'skipped', whyNoneEligible(context)));
  for (const { pair, by } of shadows.filter((shadow) => mine(shadow.pair))) {
    const message = `match ${pair.matchIndex + 1} never applies: env "${by.injection.env}" takes the same requests first`;
    notes.push(note(injection, 'shadowed', message));
  }
  return unique(notes);
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

function hasEligible({ http, injection, scope }: Context): boolean {
  return http.some((route) => eligibleDestination(route, injection.spec, scope) !== undefined);
}

function whyNoneEligible({ http, injection, scope }: Context): string {
  const { host, from } = injection.spec;
  const concerned = http.filter((route) =>
    (route.route ?? []).some((target) => leadsTo(target, host, scope)),
  );
  const reason = concerned.map(unroutable).find((why) => why !== undefined);
  if (reason !== undefined) return `its route to ${host} cannot be copied: ${reason}`;
  if (concerned.length === 0)
    return `it routes to ${host} by tcp or tls only, where headers are not seen`;
  return `no route sends to ${host} with subset ${from.join(' or ')}`;
}

function unique(notes: readonly PlanNote[]): PlanNote[] {
  const seen = new Set<string>();
  return notes.filter(({ state, message }) => {
    const key = `${state} ${message}`;
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
}
