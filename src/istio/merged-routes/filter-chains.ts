import { isMap, type JsonMap } from '../../k8s/json-map.ts';
import { isForMesh } from '../gateway-name.ts';
import type { Report } from '../validate-match.ts';
import { items, matchesOf, member, texts } from './any-shape.ts';
import { maskedPrefix } from './ip-address.ts';
import { isLeftOut } from './subnet.ts';

/** Maximum number of match entries, SNI hosts and subnets that are compared with each other. */
const MAX_COMPARED = 1000;

interface Entry {
  field: string;
  match: JsonMap;
  /** SNI hosts in lower case, as Envoy compares them; `*` stands for all. */
  names: readonly string[];
  /** Subnets in canonical form. `any`: there may be no condition on the destination. */
  subnets: ReadonlySet<string>;
  /** Two tls entries that are equal in this, in capitals too, are one chain. */
  key: string;
}

/**
 * Match entries of tcp and tls routes become filter chains of a sidecar's listener. Envoy refuses the listener when two
 * chains have a criterion in common ("multiple filter chains with overlapping matching rules are defined"), and keeps
 * the old one. istiod removes some of these chains, not all. Only entries for the mesh count: for gateways, see
 * `checkGatewayChains`.
 * Source: buildSidecarOutboundTLSFilterChainOpts and buildSidecarOutboundTCPFilterChainOpts in istio
 * `pilot/pkg/networking/core/tls.go`.
 * `own`: the target's routes of this kind, which stand behind those of the patch.
 */
export function checkFilterChains(
  kind: 'tcp' | 'tls',
  routes: unknown,
  own: unknown,
  report: Report,
): void {
  if (items(routes).length === 0) return;
  const merged = entriesOf(kind, routes, kind);
  const entries = comparedEntries(kind, merged, own);
  if (entries === undefined) {
    const message = `has more than ${MAX_COMPARED} match entries, hosts and subnets together with those of the target: use fewer`;
    report(kind, merged.length > 0 ? message : undefined);
    return;
  }
  if (kind === 'tls') {
    checkHeirs(merged.length, entries, report);
    inheritSubnets(entries);
  }
  for (const [i, entry] of merged.entries()) {
    const other = entries.find((one, j) => j !== i && overlaps(kind, entry, one));
    report(entry.field, other && overlapText(kind, other.field));
  }
}

/** The first entries (`count`), which are merged, must not narrow those behind them: see `inheritSubnets`. */
function checkHeirs(count: number, entries: readonly Entry[], report: Report): void {
  for (const [i, { field, match, subnets }] of entries.slice(0, count).entries()) {
    if (subnets.size === 0) continue;
    const heir = entries.find(
      (one, j) => j > i && one.subnets.size === 0 && !excludeEachOther(match, one.match),
    );
    const message =
      heir &&
      `would narrow ${heir.field}, too: istiod gives its subnets to the entries behind it that have none; leave destinationSubnets out, or give the entries other ports or labels`;
    report(field, message, 'destinationSubnets');
  }
}

function overlapText(kind: string, field: string): string {
  const [what, others] = kind === 'tls' ? ['SNI host', 'hosts'] : ['subnet', 'subnets'];
  return `overlaps with ${field}: both apply to the same ${what}, and proxies refuse a listener with such entries; make them equal, or give them other ports, labels or ${others}`;
}

/** Those of the patch and then those of the target; undefined: comparing so many would take long. */
function comparedEntries(
  kind: 'tcp' | 'tls',
  merged: readonly Entry[],
  own: unknown,
): Entry[] | undefined {
  if (merged.length + items(own).length > MAX_COMPARED) return undefined;
  const entries = [...merged, ...entriesOf(kind, own, `the target's ${kind}`)];
  const count = entries.reduce(
    (sum, { names, subnets }) => sum + 1 + names.length + subnets.size,
    0,
  );
  return count > MAX_COMPARED ? undefined : entries;
}

function entriesOf(kind: string, routes: unknown, above: string): Entry[] {
  return [...matchesOf(routes, above)].flatMap(({ match, field }) => {
    if (!isMap(match) || !isEntryForMesh(match)) return [];
    const hosts = texts(match['sniHosts']);
    const subnets = texts(match['destinationSubnets']);
    const names = hosts.map((host) => host.toLowerCase());
    const entry: Entry = {
      field,
      match,
      names: names.includes('*') || kind === 'tcp' ? ['*'] : names,
      subnets: subnetsOfChain(subnets),
      key: JSON.stringify([hosts, subnets]),
    };
    // A tcp entry without subnets ends the list of chains.
    return kind === 'tcp' && subnets.length === 0 ? [] : [entry];
  });
}

const ANY = 'any';

function subnetsOfChain(subnets: readonly string[]): ReadonlySet<string> {
  const conditions = subnets.filter((subnet) => !isLeftOut(subnet));
  if (subnets.length > 0 && conditions.length === 0) return new Set([ANY]);
  return new Set(conditions.map((subnet) => maskedPrefix(subnet) ?? subnet));
}

/** In istiod, a tls entry without subnets has those of the entry before that applies to the same proxy. */
function inheritSubnets(entries: Entry[]): void {
  const before = new Set<string>([ANY]);
  for (const entry of entries) {
    if (entry.subnets.size === 0) entry.subnets = new Set(before);
    else for (const subnet of entry.subnets) before.add(subnet);
  }
}

function overlaps(kind: string, one: Entry, other: Entry): boolean {
  if (kind === 'tls' && one.key === other.key) return false;
  return (
    one.names.some((name) => other.names.includes(name)) &&
    [...one.subnets].some((subnet) => other.subnets.has(subnet)) &&
    !excludeEachOther(one.match, other.match)
  );
}

function isEntryForMesh(match: JsonMap): boolean {
  return isForMesh(texts(match['gateways']));
}

/** Is there no proxy and port that both entries apply to? */
function excludeEachOther(one: JsonMap, other: JsonMap): boolean {
  const differ = (name: string) => Boolean(one[name] && other[name] && one[name] !== other[name]);
  if (differ('port') || differ('sourceNamespace')) return true;
  const labels = other['sourceLabels'];
  return Object.entries(isMap(one['sourceLabels']) ? one['sourceLabels'] : {}).some(
    ([key, value]) => member(labels, key) !== undefined && member(labels, key) !== value,
  );
}
