import { isEntryRouteName, isInjectedRouteName, routeNameFilter } from '../api/route-name.ts';
import type { HttpRequest, Mismatch } from '../istio/match-request.ts';
import { firstMismatch } from '../istio/match-request.ts';
import { nameOf } from '../istio/objects.ts';
import type { RouteEntry } from '../istio/route-rows.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { refSettings } from '../refs/settings.ts';
import {
  type Pair,
  pairsByPrecedence,
  routeNameOf,
} from '../virtualservice/injections/precedence.ts';
import { plainEntry } from '../virtualservice/injections/selectors.ts';
import type { PlannedInjection } from '../virtualservice/routes/plan-codec.ts';
import { type Scope, scopeOf } from '../virtualservice/routes/scope.ts';
import { cloneOf, sendsToClone } from '../virtualservice/routes/sends-to-clone.ts';
import { plannedSubsets } from '../virtualservice/routes/targets.ts';
import type { EnvClaim, MeshSnapshot } from './mesh-snapshot.ts';

/** The route as it is written in a VirtualService; for a row that comes from a delegate, the delegate's own route. */
function writtenRoute(
  { place, delegate }: Pick<RouteEntry, 'place' | 'delegate'>,
  snapshot: MeshSnapshot,
): { virtualService: VirtualService; route: HTTPRoute; index: number } | undefined {
  const { virtualService: name, routeIndex: index } = delegate ?? place;
  const virtualService = byName(snapshot.mesh.virtualServices).get(name);
  const route = virtualService?.spec.http?.[index];
  return virtualService && route && { virtualService, route, index };
}

/** Cached: every row that was tried looks up its VirtualService. */
const names = new WeakMap<readonly VirtualService[], ReadonlyMap<string, VirtualService>>();

function byName(all: readonly VirtualService[]): ReadonlyMap<string, VirtualService> {
  const known = names.get(all);
  if (known !== undefined) return known;
  const fresh = new Map(all.map((vs) => [nameOf(vs), vs]));
  names.set(all, fresh);
  return fresh;
}

/** The env of a route, and the claims that it fulfils. */
export interface RowEnv {
  env: string;
  /** The claims to whose clones the route leads; first the one after which it is named. Empty: not known. */
  claims: readonly EnvClaim[];
}

/** The env of a row; undefined for a user's route, and for one that leaves all envs. */
export function envOfRow(
  row: Pick<RouteEntry, 'place' | 'delegate'>,
  snapshot: MeshSnapshot,
): RowEnv | undefined {
  const written = writtenRoute(row, snapshot);
  if (written === undefined || !isInjectedRouteName(written.route.name)) return undefined;
  const { route, virtualService } = written;
  if (isLeaving(route, snapshot)) return undefined;
  const claims = snapshot.claims
    .filter(
      ({ injection }) => injection && leadsToCloneOf(virtualService, injection, snapshot)(route),
    )
    .sort((a, b) => Number(isNamedAfter(route, b)) - Number(isNamedAfter(route, a)));
  const [first] = claims;
  if (first !== undefined) {
    return { env: first.env, claims: claims.filter(({ env }) => env === first.env) };
  }
  const env = snapshot.workloads.find(
    (one) => one.env !== undefined && isRouteTo(route, { ...one, env: one.env }),
  )?.env;
  return { env: env ?? String(route.name), claims: [] };
}

/** Is it the copy for links with an empty value, which lead to what the user's route leads to? */
function isLeaving({ name, match }: HTTPRoute, { refs }: MeshSnapshot): boolean {
  const { source } = refSettings(refs).headers;
  return (
    isEntryRouteName(name) && (match ?? []).some((one) => one.queryParams?.[source]?.exact === '')
  );
}

/** True if it is a route of the clone's env and one of its targets leads to the clone. */
function isRouteTo({ name, route }: HTTPRoute, clone: { env: string; name: string }): boolean {
  return (
    routeNameFilter(clone.env)(name) && (route ?? []).some((one) => cloneOf(one) === clone.name)
  );
}

function isNamedAfter({ name }: HTTPRoute, { injection }: EnvClaim): boolean {
  return injection !== undefined && routeNameOf(injection) === name;
}

/** True if the row is a route of ours that leads to this injection's clone. */
export function leadsToClaim(
  row: Pick<RouteEntry, 'place' | 'delegate'>,
  injection: PlannedInjection,
  snapshot: MeshSnapshot,
): boolean {
  const written = writtenRoute(row, snapshot);
  return (
    written !== undefined &&
    leadsToCloneOf(written.virtualService, injection, snapshot)(written.route)
  );
}

/** A test for routes of this VirtualService: is it ours, and does it lead to this injection's clone? */
export function leadsToCloneOf(
  virtualService: VirtualService,
  injection: PlannedInjection,
  snapshot: MeshSnapshot,
): (route: HTTPRoute) => boolean {
  const owner = { ...injection, subsets: plannedSubsets(injection) };
  return sendsToClone(owner, scopeIn(virtualService, snapshot));
}

/** The user's route of which an env's route is a copy: the next one after it. A user's route is its own. */
export function baseRoute(
  row: Pick<RouteEntry, 'place' | 'delegate'>,
  snapshot: MeshSnapshot,
): { virtualService: VirtualService; route: HTTPRoute } | undefined {
  const written = writtenRoute(row, snapshot);
  if (written === undefined) return undefined;
  const { virtualService, index } = written;
  const route = (virtualService.spec.http ?? [])
    .slice(index)
    .find(({ name }) => !isInjectedRouteName(name));
  return route && { virtualService, route };
}

/** The scope of a VirtualService's routes in this cluster. */
export function scopeIn(virtualService: VirtualService, { mesh, refs }: MeshSnapshot): Scope {
  return scopeOf(virtualService, { ...refs, clusterDomain: mesh.clusterDomain });
}

/** The first selector of the env that the request meets, in the order of the routes; else the failed condition of each match. */
export function metMatch(
  injection: PlannedInjection,
  request: HttpRequest,
  { mesh, refs }: MeshSnapshot,
): { pair: Pair } | { failed: (Mismatch & { matchIndex?: number })[] } {
  const scope: Scope = {
    namespace: '',
    clusterDomain: mesh.clusterDomain,
    gateways: [request.gateway],
    isDelegate: false,
    refs: refSettings(refs),
  };
  const pairs = pairsByPrecedence([injection], scope).map((pair) => ({
    pair,
    failed: unmet(pair, request),
  }));
  const met = pairs.find(({ failed }) => failed === undefined);
  if (met) return { pair: met.pair };
  const failed = pairs
    .flatMap(({ pair: { selector }, failed: one }) =>
      one
        ? {
            ...(selector.matchIndex === undefined ? {} : { matchIndex: selector.matchIndex }),
            ...one,
          }
        : [],
    )
    .sort((a, b) => (a.matchIndex ?? LAST) - (b.matchIndex ?? LAST));
  return { failed };
}

const LAST = Number.MAX_SAFE_INTEGER;

/** The first failed condition of the selector's first entry; undefined if the request meets one of its entries. */
function unmet({ selector }: Pair, request: HttpRequest): Mismatch | undefined {
  const failed = selector.entries.map((entry) => firstMismatch(plainEntry(entry), request, ''));
  return failed.some((one) => one === undefined) ? undefined : failed[0];
}
