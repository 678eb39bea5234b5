import { fqdn } from '../../istio/host.ts';
import type { HTTPRoute, HTTPRouteDestination } from '../../istio/types.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import type { PlannedInjection } from './plan-codec.ts';
import { pointAt } from './point-at.ts';
import type { Scope } from './scope.ts';

/** What decides which clone a target becomes. */
type Claimant = Pick<PlannedInjection, 'host' | 'from'>;

/** Who gets which targets of a route. */
export interface Claims<T extends Claimant> {
  /** By host and base subset: the first one that asks for it. */
  exact: ReadonlyMap<string, T>;
  /** By host: the first one that gets a target of the route there, and the base subset that this target names. */
  hosts: ReadonlyMap<string, { claimant: T; subset: string }>;
}

/** Beyond it, what is the same stays two targets. A weight is an int32 (HTTPRouteDestination in istio `networking/v1alpha3/virtual_service.proto`). */
const MAX_WEIGHT = 2 ** 31 - 1;

/** The targets of a route, and their hosts' full names. Admission comes before the schema: parts may be missing. */
function namedTargets({ route }: HTTPRoute, { namespace, clusterDomain }: Scope) {
  return (route ?? []).map((target) => {
    const { host = '', subset = '' } = target?.destination ?? {};
    return { target, subset, host: fqdn(host, namespace, clusterDomain) };
  });
}

function keyOf(host: string, subset: string): string {
  return `${host} ${subset}`;
}

/** Which of the injections (in order) a route's targets belong to. */
export function claimsOn<T extends Claimant>(
  route: HTTPRoute,
  claimants: readonly T[],
  scope: Scope,
): Claims<T> {
  return claims(namedTargets(route, scope), claimants);
}

function claims<T extends Claimant>(
  targets: readonly { host: string; subset: string }[],
  claimants: readonly T[],
): Claims<T> {
  const wanted = new Map<string, T>();
  for (const claimant of claimants) {
    for (const subset of claimant.from) {
      const key = keyOf(claimant.host, subset);
      if (!wanted.has(key)) wanted.set(key, claimant);
    }
  }
  const exact = new Map<string, T>();
  const hosts = new Map<string, { claimant: T; subset: string }>();
  for (const { host, subset } of targets) {
    const key = keyOf(host, subset);
    const claimant = wanted.get(key);
    if (claimant === undefined) continue;
    exact.set(key, claimant);
    if (!hosts.has(host)) hosts.set(host, { claimant, subset });
  }
  return { exact, hosts };
}

/**
 * The targets of a copy that leads to the clones of these injections of one env. A target with a base's subset becomes that
 * base's clone; another one on such a host (a canary, no subset) becomes the clone of the first one there: it is another version of
 * what the env has its own version of. Targets on other hosts stay. What becomes the same is one target, with the weights' sum.
 * A single target needs no weight (TranslateRoute in istio `pilot/pkg/networking/core/route/route.go`).
 */
export function cloneTargets(
  route: HTTPRoute,
  injections: readonly PlannedInjection[],
  scope: Scope,
): HTTPRouteDestination[] {
  const named = namedTargets(route, scope);
  const { exact, hosts } = claims(named, injections);
  const targets = named.map(({ target, host, subset }): CopyTarget => {
    const first = hosts.get(host);
    if (first === undefined) return { target };
    const own = exact.get(keyOf(host, subset));
    const base = own === undefined ? withSubset(target, first.subset) : target;
    const clone = withWeight(pointAt(base, own ?? first.claimant), target.weight);
    return { target: clone, clone: whatIs(host, clone) };
  });
  const [only, ...others] = mergedTargets(targets);
  if (only === undefined) return [];
  return others.length === 0 && only.clone !== undefined
    ? [withWeight(only.target, undefined)]
    : [only, ...others].map(({ target }) => target);
}

/** A target of a copy. `clone`: it leads to one, and what it is but for its weight; absent: as the user has it. */
interface CopyTarget {
  target: HTTPRouteDestination;
  clone?: string;
}

/** Those that lead to a clone in the same way are one, in the place of the first. */
function mergedTargets(targets: readonly CopyTarget[]): CopyTarget[] {
  const left: CopyTarget[] = [];
  const known = new Map<string, CopyTarget>();
  for (const { target, clone } of targets) {
    const same = clone === undefined ? undefined : known.get(clone);
    const weight = same && sumOf(same.target, target);
    if (same !== undefined && (weight ?? 0) <= MAX_WEIGHT) {
      same.target = withWeight(same.target, weight);
      continue;
    }
    const fresh = { target, ...(clone === undefined ? {} : { clone }) };
    if (clone !== undefined) known.set(clone, fresh);
    left.push(fresh);
  }
  return left;
}

function withSubset(target: HTTPRouteDestination, subset: string): HTTPRouteDestination {
  return { ...target, destination: { ...target.destination, subset } };
}

/** In the order in which people write targets. */
function withWeight(
  { destination, weight: _weight, ...rest }: HTTPRouteDestination,
  weight: number | undefined,
): HTTPRouteDestination {
  return { destination, ...(weight === undefined ? {} : { weight }), ...rest };
}

/** All of a target but for the weight and the host's spelling. */
function whatIs(host: string, { destination, headers }: HTTPRouteDestination): string {
  return canonicalJson([host, { ...destination, host }, headers ?? {}]);
}

function sumOf(one: HTTPRouteDestination, other: HTTPRouteDestination): number | undefined {
  if (one.weight === undefined && other.weight === undefined) return undefined;
  return (one.weight ?? 0) + (other.weight ?? 0);
}
