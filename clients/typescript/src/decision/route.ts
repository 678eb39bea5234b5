import { type Carried, carriedBy } from './carriers.ts';
import { withoutAround } from './header-text.ts';
import { isRef, type RouteNames } from './names.ts';
import { namesOtherRef, readPairs } from './service-pairs.ts';
import type { MessageHeaders } from './types.ts';

/** The ref that a message selects for a workload with these Services; undefined: none, so the stable version handles it. */
export type Route = (services: readonly string[]) => string | undefined;

/**
 * Reads a message's headers once, for any number of questions. Undefined: no header speaks of routes.
 *
 * The pair of exactly one of the services in `x-service-route` decides, else `x-source-route`. What contradicts itself selects nothing: pairs
 * of one service with different refs, and two of the services with different refs. The law is docs/branches.md's; clients/vectors/routes.yaml
 * has its cases.
 */
export function routeOf(headers: MessageHeaders, names: RouteNames): Route | undefined {
  const carried = carriedBy(headers, names);
  if (carried === undefined) return undefined;
  const common = commonRef(carried.refs);
  const pairOf = pairsIn(carried);
  return (services) => {
    const pairs = services.flatMap((service) => pairOf(service) ?? []);
    const [first] = pairs;
    if (first === undefined) return common;
    return pairs.every((ref) => ref === first) && isRef(first) ? first : undefined;
  };
}

/** See `routeOf`. */
export function refOf(
  headers: MessageHeaders,
  services: readonly string[],
  names: RouteNames,
): string | undefined {
  return routeOf(headers, names)?.(services);
}

/** No ref: the pairs of a service contradict each other. */
const CONTRADICTED = '';

/** A service's ref in the pairs; undefined: it has no pair. Answers are kept: many live refs have the same services. */
function pairsIn({ pairs }: Carried): (service: string) => string | undefined {
  const lists = pairs.flatMap((value) => readPairs(value) ?? []);
  const known = new Map<string, string | undefined>();
  return (service) => {
    if (!known.has(service)) known.set(service, pairIn(lists, pairs, service));
    return known.get(service);
  };
}

function pairIn(
  lists: readonly ReadonlyMap<string, string>[],
  values: readonly string[],
  service: string,
): string | undefined {
  const ref = lists.find((list) => list.has(service))?.get(service);
  if (ref === undefined) return undefined;
  return values.some((value) => namesOtherRef(value, service, ref)) ? CONTRADICTED : ref;
}

/** The one ref that all values mean; quotation marks and blanks around do not make another one. */
function commonRef(values: readonly string[]): string | undefined {
  const ref = values.find(isRef);
  return values.every((value) => withoutAround(value, '" \t') === ref) ? ref : undefined;
}
