import { isMap } from '../../k8s/json-map.ts';
import { MESH } from '../gateway-name.ts';
import { items, matchesOf, member, texts } from './any-shape.ts';
import type { Findings } from './findings.ts';

/** SNI hosts in lower case, and by port the field of an entry that has the host in capitals. Port 0: all. */
type Capitals = ReadonlyMap<string, ReadonlyMap<number, string>>;

/**
 * At gateways, too, match entries of tls routes become filter chains. istiod leaves out an entry with an SNI host that an
 * earlier one has, but compares with capitals; Envoy compares without them, and refuses the listener. Merged hosts are in
 * lower case (`checkTlsRoute`), so only those of the target may differ. Gateways with one port may share a listener, so all
 * are compared. Subnets and labels are no conditions at gateways.
 * Source: CheckDuplicates in istio `pilot/pkg/model/gateway.go`, and buildGatewayNetworkFiltersFromTLSRoutes in
 * `pilot/pkg/networking/core/gateway.go`.
 * `own`: the target's tls routes.
 */
export function checkGatewayChains(tls: unknown, own: unknown, { report, isFull }: Findings): void {
  if (items(tls).length === 0) return;
  const capitals = capitalsIn(own);
  if (capitals.size === 0) return;
  for (const { match, field } of matchesOf(tls, 'tls')) {
    if (isFull()) return;
    if (!isEntryForGateways(match)) continue;
    for (const [k, host] of texts(member(match, 'sniHosts')).entries()) {
      const other = fieldFor(portOf(match), capitals.get(host));
      const message = `"${host}" is an SNI host of ${other}, too, with capitals there: a proxy would refuse the gateway's listener; ask the owners of the target to write it in lower case, or give the entries other ports`;
      report(field, other && message, `sniHosts[${k}]`);
    }
  }
}

function capitalsIn(own: unknown): Capitals {
  const capitals = new Map<string, Map<number, string>>();
  for (const { match, field } of matchesOf(own, "the target's tls")) {
    if (!isEntryForGateways(match)) continue;
    for (const host of texts(member(match, 'sniHosts'))) {
      const lower = host.toLowerCase();
      if (lower === host) continue;
      const fields = capitals.get(lower) ?? new Map<number, string>();
      capitals.set(lower, fields);
      if (!fields.has(portOf(match))) fields.set(portOf(match), field);
    }
  }
  return capitals;
}

function fieldFor(
  port: number,
  fields: ReadonlyMap<number, string> | undefined,
): string | undefined {
  if (fields === undefined) return undefined;
  return port === 0 ? [...fields.values()][0] : (fields.get(port) ?? fields.get(0));
}

function portOf(match: unknown): number {
  const port = member(match, 'port');
  return typeof port === 'number' ? port : 0;
}

function isEntryForGateways(match: unknown): boolean {
  if (!isMap(match)) return false;
  const gateways = texts(match['gateways']);
  return gateways.length === 0 || gateways.some((gateway) => gateway !== MESH);
}
