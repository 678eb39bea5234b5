import { isInjectedRouteName, routeNamesOf } from '../api/route-name.ts';
import type { HttpRequest, Mismatch } from '../istio/match-request.ts';
import { firstMismatch } from '../istio/match-request.ts';
import { nameOf } from '../istio/objects.ts';
import type { RouteEntry } from '../istio/route-table.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import {
  type Pair,
  pairsByPrecedence,
  routeNameOf,
} from '../virtualservice/injections/precedence.ts';
import type { PlannedInjection } from '../virtualservice/routes/plan-codec.ts';
import { scopeOf } from '../virtualservice/routes/scope.ts';
import { cloneOf, sendsToClone } from '../virtualservice/routes/sends-to-clone.ts';
import { plannedSubsets } from '../virtualservice/routes/targets.ts';
import type { Wish, World } from './world.ts';

/** The route as somebody or some env wrote it: a delegate's own, where it stands for another. */
export function writtenRoute(
  { place, delegate }: Pick<RouteEntry, 'place' | 'delegate'>,
  world: World,
): { virtualService: VirtualService; route: HTTPRoute; index: number } | undefined {
  const { virtualService: name, routeIndex: index } = delegate ?? place;
  const virtualService = byName(world.mesh.virtualServices).get(name);
  const route = virtualService?.spec.http?.[index];
  return virtualService && route && { virtualService, route, index };
}

/** Each row that was tried asks for its own. */
const names = new WeakMap<readonly VirtualService[], ReadonlyMap<string, VirtualService>>();

function byName(all: readonly VirtualService[]): ReadonlyMap<string, VirtualService> {
  const known = names.get(all);
  if (known !== undefined) return known;
  const fresh = new Map(all.map((vs) => [nameOf(vs), vs]));
  names.set(all, fresh);
  return fresh;
}

/** Whose route it is, and what that env wanted. */
export interface RowEnv {
  env: string;
  /** The wishes to whose clones it leads, the one that it is named after first; none: they are not known. */
  wishes: readonly Wish[];
}

/** Whose route it is; undefined: somebody's own. */
export function envOfRow(
  row: Pick<RouteEntry, 'place' | 'delegate'>,
  world: World,
): RowEnv | undefined {
  const written = writtenRoute(row, world);
  if (written === undefined || !isInjectedRouteName(written.route.name)) return undefined;
  const { route, virtualService } = written;
  const wishes = world.wishes
    .filter(({ injection }) => injection && isLedBy(virtualService, injection, world)(route))
    .sort((a, b) => Number(isNamedAfter(route, b)) - Number(isNamedAfter(route, a)));
  const [first] = wishes;
  if (first !== undefined) {
    return { env: first.env, wishes: wishes.filter(({ env }) => env === first.env) };
  }
  const env = world.workloads.find(
    (one) => one.env !== undefined && isRouteTo(route, { ...one, env: one.env }),
  )?.env;
  return { env: env ?? String(route.name), wishes: [] };
}

/** Does the route tell its caller that this clone answers? */
function isRouteTo({ name, route }: HTTPRoute, clone: { env: string; name: string }): boolean {
  return routeNamesOf(clone.env)(name) && (route ?? []).some((one) => cloneOf(one) === clone.name);
}

function isNamedAfter({ name }: HTTPRoute, { injection }: Wish): boolean {
  return injection !== undefined && routeNameOf(injection) === name;
}

/** Is the row a route of ours that leads to this injection's clone? */
export function leadsToWish(
  row: Pick<RouteEntry, 'place' | 'delegate'>,
  injection: PlannedInjection,
  world: World,
): boolean {
  const written = writtenRoute(row, world);
  return written !== undefined && isLedBy(written.virtualService, injection, world)(written.route);
}

/** Tells of the VirtualService's routes those of ours that lead to this injection's clone. */
export function isLedBy(
  virtualService: VirtualService,
  injection: PlannedInjection,
  { mesh }: World,
): (route: HTTPRoute) => boolean {
  const owner = { ...injection, subsets: plannedSubsets(injection) };
  return sendsToClone(owner, scopeOf(virtualService, mesh));
}

/** The user's route before which an env's copy stands; the route itself when it is a user's. */
export function baseRoute(
  row: Pick<RouteEntry, 'place' | 'delegate'>,
  world: World,
): { virtualService: VirtualService; route: HTTPRoute } | undefined {
  const written = writtenRoute(row, world);
  if (written === undefined) return undefined;
  const { virtualService, index } = written;
  const route = (virtualService.spec.http ?? [])
    .slice(index)
    .find(({ name }) => !isInjectedRouteName(name));
  return route && { virtualService, route };
}

/** The first of the env's matches that the request meets, in the order of their routes; else what each of them lacks. */
export function metMatch(
  injection: PlannedInjection,
  request: HttpRequest,
): { pair: Pair } | { failed: (Mismatch & { matchIndex: number })[] } {
  const pairs = pairsByPrecedence([injection]).map((pair) => ({
    pair,
    failed: unmet(pair, request),
  }));
  const met = pairs.find(({ failed }) => failed === undefined);
  if (met) return { pair: met.pair };
  const failed = pairs
    .flatMap(({ pair, failed: one }) => (one ? { matchIndex: pair.matchIndex, ...one } : []))
    .sort((a, b) => a.matchIndex - b.matchIndex);
  return { failed };
}

function unmet({ match }: Pair, request: HttpRequest): Mismatch | undefined {
  const { headers, sourceLabels } = match;
  const entry = { ...(headers ? { headers } : {}), ...(sourceLabels ? { sourceLabels } : {}) };
  return firstMismatch(entry, request, '');
}
