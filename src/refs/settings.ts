import { ROUTE_HEADERS } from './names.ts';
import type { Carrier, RefSettings } from './pick.ts';

/** How requests carry refs in a cluster, as the flags give it. Names are in lower case. */
export interface RefFlags {
  serviceRouteHeader: string;
  sourceRouteHeader: string;
  /** `header` is always among them. */
  refCarriers: readonly ('header' | Carrier)[];
}

/** What is not given has its default: the two usual headers, and no other carrier. */
export function refSettings({
  serviceRouteHeader = ROUTE_HEADERS.service,
  sourceRouteHeader = ROUTE_HEADERS.source,
  refCarriers = [],
}: Partial<RefFlags>): RefSettings {
  return {
    headers: { service: serviceRouteHeader, source: sourceRouteHeader },
    carriers: refCarriers.filter((carrier) => carrier !== 'header'),
  };
}
