import type { VirtualService } from '../../../istio/types.ts';
import { gatewaysOf, listedFor } from '../../../virtualservice/routes/entrance.ts';
import { scopeOf } from '../../../virtualservice/routes/scope.ts';
import type { EnvInput } from '../gather.ts';

/** Lookups of an env's entries in the VirtualServices that carry the env's label: each in each. */
const MAX_LOOKUPS = 10_000;
/** Hosts and gateways of all these VirtualServices: each is read several times. */
const MAX_NAMES = 60_000;
/** Pairs of a host (or wildcard) of an entry and a gateway, over all entries and VirtualServices: which ones share a pair is looked up. */
const MAX_PLACES = 100_000;

/** Why it takes too long to tell where an env's entries are; empty: it does not. */
export function tooManyPlaces({ env, view, config }: EnvInput): string[] {
  const { entries = [] } = env.spec;
  if (entries.length === 0) return [];
  const all = view.virtualServices();
  const isTooMuch =
    entries.length * all.length > MAX_LOOKUPS ||
    namesIn(all) > MAX_NAMES ||
    placesIn(all, entries, config) > MAX_PLACES;
  if (!isTooMuch) return [];
  return [
    `the ${all.length} VirtualServices of this env have too many hosts and gateways to tell where its ${entries.length} entries lead; give it fewer entries, or name fewer hosts and gateways in each VirtualService`,
  ];
}

function namesIn(all: readonly VirtualService[]): number {
  let names = 0;
  for (const { spec } of all) names += (spec?.hosts?.length ?? 0) + (spec?.gateways?.length ?? 0);
  return names;
}

function placesIn(
  all: readonly VirtualService[],
  entries: readonly { host: string }[],
  config: EnvInput['config'],
): number {
  let places = 0;
  for (const one of all) {
    const scope = scopeOf(one, config);
    const gateways = gatewaysOf(scope).length;
    if (gateways === 0) continue;
    for (const { host } of entries) places += gateways * listedFor(host, scope.hosts ?? []).length;
  }
  return places;
}
