import {
  type Carried,
  fromBaggage,
  fromCookie,
  fromHeaders,
  type HeaderList,
  type Repeated,
} from './carried.ts';
import { isRef, type RouteHeaders } from './names.ts';
import { hasOtherRef, parseServiceRoute } from './service-route.ts';

/** What may carry the route context besides the two headers, which always may. `tracestate` never does. */
export const CARRIERS = ['baggage', 'cookie'] as const;
export type Carrier = (typeof CARRIERS)[number];

export interface RefSettings {
  headers: RouteHeaders;
  carriers: readonly Carrier[];
}

/**
 * The ref that a request selects for a service (the Service's name), or undefined: the regular version.
 *
 * One carrier decides, the first that names one of the two headers at all, even without a value or with one that means nothing:
 * the headers, then `baggage`, then the cookie. A later one never repairs what an earlier one says. Within it the pair for the
 * service decides, else `x-source-route`. A value that is malformed, empty or joined by commas has no pair.
 *
 * What contradicts itself selects nothing: pairs of one service, members or cookies of one name with different refs. To take the first
 * one would be a guess, and libraries differ in which one they take; the regular version harms nobody. It is also what lets
 * matches exclude each other, whatever refs there are: a regex can tell "another one", but not "the first". The same ref given twice is
 * no contradiction: browsers send a cookie twice that is set for two domains.
 */
export function pick(
  service: string,
  request: HeaderList,
  settings: RefSettings,
  how: Repeated,
): string | undefined {
  const carried = toldBy(request, settings, how);
  const pair = pairFor(service, carried);
  return pair === undefined ? commonRef(carried.source) : pair.ref;
}

/** What the carrier that decides says; nothing, if there is none. See `pick`. */
export function toldBy(
  request: HeaderList,
  { headers, carriers }: RefSettings,
  how: Repeated,
): Carried {
  const plain = fromHeaders(request, headers, how);
  if (isTold(plain)) return plain;
  const baggage = carriers.includes('baggage') ? fromBaggage(request, headers) : NOTHING;
  if (isTold(baggage)) return baggage;
  return carriers.includes('cookie') ? fromCookie(request, headers, how) : NOTHING;
}

const NOTHING: Carried = { service: [], source: [] };

function isTold({ service, source }: Carried): boolean {
  return service.length + source.length > 0;
}

/** Undefined: there is no pair for the service. Without `ref`: there are pairs, and they mean nothing, or contradict each other. */
export function pairFor(
  service: string,
  carried: Pick<Carried, 'service'>,
): { ref?: string } | undefined {
  const lists = carried.service.flatMap((value) => parseServiceRoute(value) ?? []);
  const own = lists.find((pair) => pair.service === service);
  if (own === undefined) return undefined;
  const isContradicted = carried.service.some((value) => hasOtherRef(value, own));
  return isRef(own.ref) && !isContradicted ? { ref: own.ref } : {};
}

/** The one ref that all values mean; quotation marks and blanks around do not make another one. */
export function commonRef(values: readonly string[]): string | undefined {
  const ref = values.find(isRef);
  return values.every((value) => bare(value) === ref) ? ref : undefined;
}

function bare(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && '" \t'.includes(value[start] ?? '')) start += 1;
  while (end > start && '" \t'.includes(value[end - 1] ?? '')) end -= 1;
  return value.slice(start, end);
}
