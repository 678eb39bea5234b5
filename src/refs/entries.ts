import { withCapitals } from '../istio/header-spelling.ts';
import type { HTTPMatchRequest } from '../istio/types.ts';
import type { RouteHeaders } from './names.ts';
import type { Carrier, RefSettings } from './pick.ts';
import {
  baggageAnyRegex,
  baggageListRegex,
  baggageOtherPairRegex,
  baggageOtherRefRegex,
  baggageRefRegex,
  cookieOtherRegex,
  cookieRegex,
  headerListRegex,
  headerOtherPairRegex,
  headerOtherRefRegex,
} from './regexes.ts';
import type { ServiceRef } from './service-route.ts';

/**
 * Match entries for requests that select a ref for a service: a request meets one of them just when `pick` answers that ref. So no
 * request meets entries of two refs. Cookies count only where browsers come in, in VirtualServices that are bound to a gateway.
 *
 * Istio sorts a route's header conditions by the bytes of their names, and Envoy tries them in that order. So a header that must be
 * present is written with capitals (`X-Source-Route`, `Baggage`) and is tried first: a regular request lacks it, and no regex has to
 * run. Envoy ignores the case of names.
 * `{}` in `withoutHeaders` means that the header is absent.
 */
export function refEntries(
  target: ServiceRef,
  { headers, carriers }: RefSettings,
  isGatewayBound: boolean,
): HTTPMatchRequest[] {
  const read = carriers.filter((carrier) => carrier !== 'cookie' || isGatewayBound);
  return entriesByCarrier(target, { headers, carriers: read }).flatMap(({ entries }) => entries);
}

/** The same for each carrier that is read here: the headers first, which always are. */
export function entriesByCarrier(
  target: ServiceRef,
  { headers, carriers }: RefSettings,
): { carrier: 'header' | Carrier; entries: HTTPMatchRequest[] }[] {
  const hasBaggage = carriers.includes('baggage');
  return [
    { carrier: 'header', entries: headerEntries(target, headers) },
    ...(hasBaggage
      ? [{ carrier: 'baggage' as const, entries: baggageEntries(target, headers) }]
      : []),
    ...(carriers.includes('cookie')
      ? [{ carrier: 'cookie' as const, entries: [cookieEntry(target, headers, hasBaggage)] }]
      : []),
  ];
}

function headerEntries(target: ServiceRef, names: RouteHeaders): HTTPMatchRequest[] {
  const { service, ref } = target;
  return [
    {
      headers: { [withCapitals(names.service)]: { regex: headerListRegex(target) } },
      withoutHeaders: { [names.service]: { regex: headerOtherPairRegex(target) } },
    },
    {
      headers: { [withCapitals(names.source)]: { exact: ref } },
      withoutHeaders: {
        [names.service]: { regex: headerListRegex({ service }) },
        [names.source]: { regex: headerOtherRefRegex(ref) },
      },
    },
  ];
}

function baggageEntries(target: ServiceRef, names: RouteHeaders): HTTPMatchRequest[] {
  const without = (regex: string) => ({ ...withoutPlain(names), baggage: { regex } });
  return [
    {
      headers: { Baggage: { regex: baggageListRegex(names, target) } },
      withoutHeaders: without(baggageOtherPairRegex(names, target)),
    },
    {
      headers: { Baggage: { regex: baggageRefRegex(names, target.ref) } },
      withoutHeaders: without(baggageOtherRefRegex(names, target)),
    },
  ];
}

export function cookieEntry(
  { ref }: ServiceRef,
  names: RouteHeaders,
  hasBaggage: boolean,
): HTTPMatchRequest {
  return {
    headers: { Cookie: { regex: cookieRegex(names, ref) } },
    withoutHeaders: {
      ...withoutPlain(names),
      ...(hasBaggage ? { baggage: { regex: baggageAnyRegex(names) } } : {}),
      cookie: { regex: cookieOtherRegex(names, ref) },
    },
  };
}

function withoutPlain({ service, source }: RouteHeaders): Record<string, object> {
  return { [withCapitals(service)]: {}, [withCapitals(source)]: {} };
}
