import { fqdn } from '../../istio/host.ts';
import type { HTTPRoute, HTTPRouteDestination } from '../../istio/types.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import { replacedSubsets } from './eligible.ts';
import type { PlannedInjection } from './plan-codec.ts';
import { pointAt } from './point-at.ts';
import type { Scope } from './scope.ts';

/** The part of an injection that decides which targets become its clone. */
type Claimant = Pick<PlannedInjection, 'host' | 'from' | 'service'>;

/** Which claimant gets which targets of a route. */
export interface Claims<T extends Claimant> {
  /** By host and base subset: the first claimant that asks for it. */
  exact: ReadonlyMap<string, T>;
  /** By host: the claimant of the route's first claimed target there, and the base subset that this target names. */
  hosts: ReadonlyMap<string, { claimant: T; subset: string }>;
}

/** Equal targets whose weights would sum to more stay separate. A weight is an int32 (HTTPRouteDestination in istio `networking/v1alpha3/virtual_service.proto`). */
const MAX_WEIGHT = 2 ** 31 - 1;

/** The targets of a route, and their hosts' full names. Admission runs before schema validation: parts may be missing. */
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
    for (const subset of replacedSubsets(claimant)) {
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
 * The targets of a copy that sends to the clones of these injections, all of one env. A target with a base's subset becomes that
 * base's clone. Another target on the same host (a canary, or no subset) becomes the clone of the first claimant there, because it is
 * another version of a workload of which the env has its own version. Targets on other hosts stay. Targets that become equal are
 * merged, and their weights are summed. A single target needs no weight (TranslateRoute in istio `pilot/pkg/networking/core/route/route.go`).
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
    return { target: clone, clone: cloneKey(host, clone) };
  });
  const [only, ...others] = mergedTargets(targets);
  if (only === undefined) return [];
  return others.length === 0 && only.clone !== undefined
    ? [withWeight(only.target, undefined)]
    : [only, ...others].map(({ target }) => target);
}

/** A target of a copy. `clone`: if it sends to a clone, a key of all but its weight; absent: the user's own target. */
interface CopyTarget {
  target: HTTPRouteDestination;
  clone?: string;
}

/** Targets that send to a clone in the same way become one, in the place of the first. */
function mergedTargets(targets: readonly CopyTarget[]): CopyTarget[] {
  const merged: CopyTarget[] = [];
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
    merged.push(fresh);
  }
  return merged;
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

/** A key of a target: all of it but its weight and the spelling of its host. */
function cloneKey(host: string, { destination, headers }: HTTPRouteDestination): string {
  return canonicalJson([host, { ...destination, host }, headers ?? {}]);
}

function sumOf(one: HTTPRouteDestination, other: HTTPRouteDestination): number | undefined {
  if (one.weight === undefined && other.weight === undefined) return undefined;
  return (one.weight ?? 0) + (other.weight ?? 0);
}
