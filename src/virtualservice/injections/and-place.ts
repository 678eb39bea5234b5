import { matchGateways } from '../../istio/gateway-name.ts';
import { isCatchAll } from '../../istio/route-rows.ts';
import type { HTTPMatchRequest } from '../../istio/types.ts';
import type { EntryPlace } from './selectors.ts';

/** Why an entry has no copy. `isHarmless`: no request of the env can match the entry, so nothing is lost. */
export interface Skip {
  reason: string;
  isHarmless: boolean;
}

export type EntryOutcome = { entry: HTTPMatchRequest } | { skip: Skip };

/** An entry of a route's match for the requests to one host that come by gateways. */
export function andPlace(entry: HTTPMatchRequest, place: EntryPlace): EntryOutcome {
  const gateways = gatewaysFor(entry, place);
  if ('skip' in gateways) return gateways;
  if (place.isShared && isCatchAll({ match: entry })) {
    // Istio sorts catch-alls of all VirtualServices of a host and gateway behind their other routes (SortVHostRoutes in `pilot/pkg/networking/core/route/route.go`).
    const reason = `takes what the routes of several VirtualServices for ${place.host} leave, so links do not reach it: its copy would come before the routes of the others; put the routes of this host into one VirtualService`;
    return { skip: { reason, isHarmless: false } };
  }
  return andAuthority({ ...entry, ...gateways }, place);
}

/**
 * Beside `gateways` Istio ignores conditions on the caller (sourceMatchHTTP in the same file), so an entry that has only those would get more
 * requests than the user gave it.
 */
function gatewaysFor(
  entry: HTTPMatchRequest,
  { gateways, namespace }: EntryPlace,
): { gateways: string[] } | { skip: Skip } {
  // Admission runs before schema validation: a list may be null.
  const { gateways: listed, sourceLabels, sourceNamespace } = entry;
  const own = listed ?? [];
  if (own.length > 0) {
    const both = matchGateways(own, namespace);
    return both.length > 0
      ? { gateways: both }
      : { skip: { reason: 'is for the mesh only', isHarmless: true } };
  }
  const isForCallers = Object.keys(sourceLabels ?? {}).length > 0 || sourceNamespace;
  return isForCallers
    ? { skip: { reason: 'is for callers with certain labels', isHarmless: true } }
    : { gateways: [...gateways] };
}

/** A match has one condition on the authority. */
function andAuthority(entry: HTTPMatchRequest, { host, authority }: EntryPlace): EntryOutcome {
  if (!entry.authority) return { entry: { ...entry, authority } };
  const reason = 'already has another condition on authority';
  const { exact } = entry.authority;
  if (typeof exact !== 'string') return { skip: { reason, isHarmless: false } };
  const isSame =
    exact === host || (exact.startsWith(`${host}:`) && isPort(exact.slice(host.length + 1)));
  return isSame ? { entry } : { skip: { reason, isHarmless: true } };
}

function isPort(text: string): boolean {
  return /^[0-9]+$/.test(text);
}
