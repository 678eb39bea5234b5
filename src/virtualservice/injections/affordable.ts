import type { IstioMatch } from '../../api/dynamicenv.ts';
import { fqdn } from '../../istio/host.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { jsonBytes } from '../../k8s/canonical.ts';
import { MAX_OBJECT_BYTES } from '../routes/limits.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { httpOf, type Scope } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { COPY_BYTES } from './copies.ts';

/**
 * What all copies that are tried out for one VirtualService may come to, in bytes: several times what an object can carry, as
 * some of them are dropped, and those of envs that wait are tried, too. More would only cost time and memory.
 */
export const MAX_DRAFT_BYTES = 4 * MAX_OBJECT_BYTES;
/** Conditions in one entry of a match: each copy repeats all of them. */
export const MAX_CONDITIONS = 1024;
/** Names of subsets by which one injection knows the base's destinations. */
export const MAX_FROM = 256;

/** To look at one destination for one injection costs about as much as so many bytes of a copy. */
const LOOK_BYTES = 16;
/** To compare the matches of one injection with others' costs about as much as so many copies of them. */
const COMPARISONS = 4;

export interface Affordable {
  /** Those of which copies may be drafted, in the order given. */
  affordable: PlannedInjection[];
  /** The others: for them the VirtualService is too large, or they are. */
  leftOut: PlannedInjection[];
}

/**
 * Counts what the copies of each injection would cost before any is made. Those first in the list come first; one that costs
 * too much makes no room for itself. Only the user's own routes count, and what is affordable together is affordable again when
 * nothing else is asked for: sync and admission must come to the same plan.
 * `sentBytes`: all came in so many, which mostly tells that all is affordable; it changes no answer.
 */
export function affordableInjections(
  users: UsersVirtualService,
  injections: readonly PlannedInjection[],
  scope: Scope,
  sentBytes = Number.POSITIVE_INFINITY,
): Affordable {
  if (areSurelyAffordable(users, injections, sentBytes)) {
    return { affordable: [...injections], leftOut: [] };
  }
  const weights = weightsOf(users, scope);
  const affordable: PlannedInjection[] = [];
  const leftOut: PlannedInjection[] = [];
  let left = MAX_DRAFT_BYTES;
  for (const injection of injections) {
    const cost =
      injection.from.length > MAX_FROM ? Number.POSITIVE_INFINITY : costOf(injection, weights);
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
 * Are all affordable, in whatever order? No route, no match and no name is larger than all that came (`sentBytes`), so mostly it is
 * enough to know how many there are.
 */
export function areSurelyAffordable(
  users: UsersVirtualService,
  injections: readonly PlannedInjection[],
  sentBytes: number,
): boolean {
  if (injections.some(({ from }) => from.length > MAX_FROM)) return false;
  const http = httpOf(users);
  const pairs = injections.reduce((sum, { matches }) => sum + matches.length, 0);
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
  const copies = times * (pairs * http.length * COPY_BYTES + (pairs + entries) * sentBytes);
  return looks + copies + COMPARISONS * sentBytes <= MAX_DRAFT_BYTES;
}

/** What the routes to one subset of a host are, together. */
interface Weight {
  routes: number;
  entries: number;
  bytes: number;
}

interface Weights {
  /** By host (full name) and subset. */
  bySubset: ReadonlyMap<string, Weight>;
  looks: number;
}

function costOf({ host, from, matches, ...names }: PlannedInjection, { bySubset, looks }: Weights) {
  const forMatches = jsonBytes(matches);
  const forAll = COMPARISONS * (forMatches + jsonBytes([names, host, from]));
  return [...new Set(from)].reduce(
    (sum, subset) => {
      const weight = bySubset.get(`${host} ${subset}`);
      if (weight === undefined) return sum;
      const { routes, entries, bytes } = weight;
      return sum + matches.length * (bytes + routes * COPY_BYTES) + entries * forMatches;
    },
    looks * LOOK_BYTES + forAll,
  );
}

/** At most so many bytes, to some multiple, are copied when an env's routes to a host are made for a VirtualService. */
export function draftBytes(
  users: UsersVirtualService,
  host: string,
  matches: readonly IstioMatch[],
  scope: Scope,
): number {
  const { bySubset, looks } = weightsOf(users, scope);
  const forMatches = jsonBytes(matches);
  let sum = looks * LOOK_BYTES;
  for (const [key, { routes, entries, bytes }] of bySubset) {
    if (!key.startsWith(`${host} `)) continue;
    sum += matches.length * (bytes + routes * COPY_BYTES) + entries * forMatches;
  }
  return Math.min(sum, MAX_DRAFT_BYTES);
}

/** Several injections, and several hosts of one env, ask for the same routes. */
const known = new WeakMap<UsersVirtualService, Map<string, Weights>>();

function weightsOf(users: UsersVirtualService, { namespace, clusterDomain }: Scope): Weights {
  const of = known.get(users) ?? new Map<string, Weights>();
  known.set(users, of);
  const key = `${namespace} ${clusterDomain}`;
  const before = of.get(key);
  if (before !== undefined) return before;
  const bySubset = new Map<string, Weight>();
  const http = httpOf(users);
  let looks = http.length;
  for (const route of http) {
    const one = { entries: Math.max(listOf(route?.match).length, 1), bytes: bytesOf(route) };
    const targets = listOf(route?.route);
    looks += targets.length;
    const subsets = targets.flatMap((target) => {
      const { host, subset } = target?.destination ?? {};
      if (typeof host !== 'string' || subset === undefined) return [];
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
  const weights = { bySubset, looks };
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

/** Admission comes before the schema: there may be anything. */
function listOf<T>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function countOf(map: object | null | undefined): number {
  return map ? Object.keys(map).length : 0;
}
