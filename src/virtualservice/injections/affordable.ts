import { memberBytes } from '../../api/member-regex.ts';
import { fqdn } from '../../istio/host.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { jsonBytes } from '../../k8s/canonical.ts';
import { replacedSubsets } from '../routes/eligible.ts';
import { gatewayBytes } from '../routes/entrance.ts';
import { MAX_OBJECT_BYTES } from '../routes/limits.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { plannedListBytes } from '../routes/planned-bytes.ts';
import { httpOf, type Scope } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { COPY_BYTES } from './copies.ts';
import { ENTRY_BYTES } from './entry-copies.ts';
import { refSize, type Selecting, selectorsOf } from './selectors.ts';

/**
 * Most bytes of all copies that are drafted for one VirtualService: several times what an object can carry, because some copies are
 * dropped, and those of waiting envs are drafted, too. More would only cost time and memory.
 */
export const MAX_DRAFT_BYTES = 4 * MAX_OBJECT_BYTES;
/** Most conditions in one entry of a match: each copy repeats all of them. */
export const MAX_CONDITIONS = 1024;
/** Most subsets of the base in one injection. */
export const MAX_FROM = 256;

/** The cost of one look at a destination for one injection, in bytes of a copy. */
const LOOK_BYTES = 16;
/** The cost of comparing the matches of one injection with those of others, in copies of them. */
const COMPARISONS = 4;

export interface Affordable {
  /** The injections whose copies may be drafted, in the order given. */
  affordable: PlannedInjection[];
  /** The others: they are too large, or the VirtualService is too large for them. */
  leftOut: PlannedInjection[];
}

/**
 * Estimates the cost of each injection's copies before any copy is made. The order of the list counts: an injection that costs more
 * than is left is left out, and later, smaller ones may still be affordable. Only the user's own routes count, and a set that was
 * affordable is affordable again by itself: sync and admission must compute the same plan.
 * `sentBytes`: the size of the request with all of them. Mostly it is enough to tell that all is affordable; it changes no answer.
 */
export function affordableInjections(
  users: UsersVirtualService,
  injections: readonly PlannedInjection[],
  scope: Scope,
  sentBytes = Number.POSITIVE_INFINITY,
): Affordable {
  if (
    areSurelyAffordable(users, injections, scope, sentBytes) ||
    areSurelyAffordable(
      users,
      injections,
      scope,
      bytesOfUsers(users) + plannedListBytes(injections),
    )
  ) {
    return { affordable: [...injections], leftOut: [] };
  }
  const weights = weightsOf(users, scope);
  const costs = (injection: PlannedInjection) => costOf(injection, weights, scope);
  const affordable: PlannedInjection[] = [];
  const leftOut: PlannedInjection[] = [];
  let left = MAX_DRAFT_BYTES;
  for (const injection of injections) {
    const cost = injection.from.length > MAX_FROM ? Number.POSITIVE_INFINITY : costs(injection);
    if (cost > left) {
      leftOut.push(injection);
    } else {
      left -= cost;
      affordable.push(injection);
    }
  }
  return { affordable, leftOut };
}

/**
 * Are all affordable, whatever their order? True only if that is certain. No route, match or name is larger than the whole request
 * (`sentBytes`), so mostly it is enough to count them.
 */
function areSurelyAffordable(
  users: UsersVirtualService,
  injections: readonly PlannedInjection[],
  scope: Scope,
  sentBytes: number,
): boolean {
  if (injections.some(({ from }) => from.length > MAX_FROM)) return false;
  const http = httpOf(users);
  const { repeats, bytes: ofOwn } = mostOf(injections, scope);
  let entries = 0;
  let targets = 0;
  // A route with several subsets of the host counts for each of them.
  let times = 1;
  for (const one of http) {
    if (isTooWide(one)) return false;
    const count = listOf(one?.route).length;
    entries += Math.max(listOf(one?.match).length, 1);
    targets += count;
    times = Math.max(times, count);
  }
  const looks = injections.length * (targets + http.length) * LOOK_BYTES;
  const copies =
    times *
    (repeats * http.length * COPY_BYTES + (repeats + entries) * sentBytes + entries * ofOwn);
  return looks + copies + COMPARISONS * (sentBytes + ofOwn) <= MAX_DRAFT_BYTES;
}

/** The match entries of one ref, and more than their bytes: for the longest names, and with further carriers than the headers. */
const MOST_OF_REF = { entries: 2, bytes: 3 * 1024 };
const MOST_OF_CARRIED_REF = { entries: 5, bytes: 8 * 1024 };
/**
 * Upper bounds for injections, without making their selectors. `repeats`: how often a route is repeated for them. `bytes`: of the
 * conditions that are not written in them, but made of a ref, a cookie or a member of baggage.
 */
function mostOf(
  injections: readonly PlannedInjection[],
  scope: Scope,
): { repeats: number; bytes: number } {
  const ofRef = scope.refs.carriers.length === 0 ? MOST_OF_REF : MOST_OF_CARRIED_REF;
  let repeats = 0;
  let bytes = 0;
  for (const { matches, ref, entry } of injections) {
    repeats += matches.length;
    for (const match of matches) bytes += memberBytes(match);
    if (entry !== undefined) {
      repeats += ENTRY_COPIES;
      bytes += (ENTRY_COPIES + matches.length) * (MOST_OF_ENTRY + gatewayBytes(scope));
    }
    if (ref === undefined) continue;
    repeats += ofRef.entries;
    bytes += ofRef.bytes;
  }
  return { repeats, bytes };
}

/** Those for the link, for leaving, and for the cookie. */
const ENTRY_COPIES = 3;
/** Operations on headers, and the regexes for the host and the cookie. */
const MOST_OF_ENTRY = ENTRY_BYTES + 3 * 1024;

/** Several injections ask for the same routes. A number holds no routes in memory. */
const knownBytes = new WeakMap<UsersVirtualService, number>();

function bytesOfUsers(users: UsersVirtualService): number {
  const before = knownBytes.get(users);
  if (before !== undefined) return before;
  const fresh = jsonBytes(users.spec.http ?? []);
  knownBytes.set(users, fresh);
  return fresh;
}

/** The totals of all routes to one subset of a host. */
interface Weight {
  routes: number;
  entries: number;
  bytes: number;
}

interface Weights {
  /** By host (full name) and subset; an empty subset: routes without one. */
  bySubset: ReadonlyMap<string, Weight>;
  /** Of all routes. */
  all: Weight;
  looks: number;
}

function costOf(injection: PlannedInjection, weights: Weights, scope: Scope): number {
  const { bySubset, looks } = weights;
  const { host, from, matches: _matches, ...names } = injection;
  const { repeats, bytes: forMatches } = sizeOf(injection, scope);
  const forAll = COMPARISONS * (forMatches + jsonBytes([names, host, from]));
  if (injection.entry !== undefined) {
    const { routes, entries, bytes } = weights.all;
    const copies = repeats * (bytes + routes * ENTRY_BYTES) + entries * forMatches;
    return copies + looks * LOOK_BYTES + forAll;
  }
  const subsets = new Set(replacedSubsets(injection));
  return [...subsets].reduce(
    (sum, subset) => {
      const weight = bySubset.get(`${host} ${subset}`);
      if (weight === undefined) return sum;
      const { routes, entries, bytes } = weight;
      return sum + repeats * (bytes + routes * COPY_BYTES) + entries * forMatches;
    },
    looks * LOOK_BYTES + forAll,
  );
}

/** How often a route is repeated for an injection, and the bytes of what is added each time, all together. */
function sizeOf(injection: Selecting, scope: Scope): { repeats: number; bytes: number } {
  const { matches, ref, entry } = injection;
  let bytes = jsonBytes(matches);
  for (const match of matches) bytes += memberBytes(match);
  if (entry === undefined) {
    if (ref === undefined) return { repeats: matches.length, bytes };
    const own = refSize(injection.host, ref, scope);
    return { repeats: matches.length + own.entries, bytes: bytes + own.bytes };
  }
  // Without the matches: their regexes are counted above.
  const others = selectorsOf({ ...injection, matches: [] }, scope).flatMap(
    ({ entries }) => entries,
  );
  const repeats = matches.length + others.length;
  // All have the same place, with gateways that may be thousands.
  const [{ at } = {}] = others;
  const own = others.map(({ at: _at, ...one }) => one);
  const ofPlace = jsonBytes({ ...at, gateways: [] }) + gatewayBytes(scope);
  return { repeats, bytes: bytes + jsonBytes(own) + repeats * ofPlace };
}

/** An estimate of the bytes that are copied to make an env's routes to a host in a VirtualService. */
export function draftBytes(users: UsersVirtualService, injection: Selecting, scope: Scope): number {
  const { bySubset, looks } = weightsOf(users, scope);
  const { host } = injection;
  const { repeats, bytes: forMatches } = sizeOf(injection, scope);
  let sum = looks * LOOK_BYTES;
  for (const [key, { routes, entries, bytes }] of bySubset) {
    // Routes without a subset are copied only for a version behind another Service. The estimate leaves them out.
    if (!key.startsWith(`${host} `) || key === `${host} `) continue;
    sum += repeats * (bytes + routes * COPY_BYTES) + entries * forMatches;
  }
  return Math.min(sum, MAX_DRAFT_BYTES);
}

/** Several injections, and several hosts of one env, need the totals of one VirtualService. */
const known = new WeakMap<UsersVirtualService, Map<string, Weights>>();

function weightsOf(users: UsersVirtualService, { namespace, clusterDomain }: Scope): Weights {
  const of = known.get(users) ?? new Map<string, Weights>();
  known.set(users, of);
  const key = `${namespace} ${clusterDomain}`;
  const before = of.get(key);
  if (before !== undefined) return before;
  const bySubset = new Map<string, Weight>();
  const http = httpOf(users);
  const all: Weight = { routes: 0, entries: 0, bytes: 0 };
  let looks = http.length;
  for (const route of http) {
    const one = { entries: Math.max(listOf(route?.match).length, 1), bytes: bytesOf(route) };
    const targets = listOf(route?.route);
    looks += targets.length;
    all.routes += 1;
    all.entries += one.entries;
    all.bytes += one.bytes;
    const subsets = targets.flatMap((target) => {
      const { host, subset = '' } = target?.destination ?? {};
      if (typeof host !== 'string') return [];
      return `${fqdn(host, namespace, clusterDomain)} ${subset}`;
    });
    for (const subset of new Set(subsets)) {
      const sum = bySubset.get(subset) ?? { routes: 0, entries: 0, bytes: 0 };
      sum.routes += 1;
      sum.entries += one.entries;
      sum.bytes += one.bytes;
      bySubset.set(subset, sum);
    }
  }
  const weights = { bySubset, all, looks };
  of.set(key, weights);
  return weights;
}

function bytesOf(route: HTTPRoute): number {
  return isTooWide(route) ? Number.POSITIVE_INFINITY : jsonBytes(route);
}

function isTooWide(route: HTTPRoute): boolean {
  return listOf(route?.match).some((entry) => {
    const { headers, withoutHeaders, queryParams, sourceLabels } = entry ?? {};
    return [headers, withoutHeaders, queryParams, sourceLabels].some(
      (conditions) => countOf(conditions) > MAX_CONDITIONS,
    );
  });
}

/** Admission runs before schema validation: the value may be anything. */
function listOf<T>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function countOf(map: object | null | undefined): number {
  return map ? Object.keys(map).length : 0;
}
