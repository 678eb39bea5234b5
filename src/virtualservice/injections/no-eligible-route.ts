import type { RouteInjection } from '../../api/routeinjection.ts';
import { partialNamesOf } from '../../istio/partial-host-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { concerns, eligibleDestination, labelOf, unroutable } from '../routes/eligible.ts';
import type { Scope } from '../routes/scope.ts';

/** Why no route can be copied for the injection; undefined: one can. */
export function whyNoneEligible(
  { spec }: RouteInjection,
  http: readonly HTTPRoute[],
  scope: Scope,
): string | undefined {
  const { host, from, service } = spec;
  if (http.some((route) => eligibleDestination(route, spec, scope) !== undefined)) return undefined;
  const concerned = http.filter((route) => concerns(route, host, scope));
  const reason = concerned.map(unroutable).find((why) => why !== undefined);
  if (reason !== undefined) return `its route to ${host} cannot be copied: ${reason}`;
  if (concerned.length === 0) {
    const half = partialName(http, host, scope);
    if (half !== undefined) return half;
    const other = http.find((route) => unroutable(route) !== undefined);
    if (other !== undefined) {
      return `no route of it sends to ${host}, and ${labelOf(other)} cannot be copied: ${unroutable(other)}`;
    }
    return `it routes to ${host} by tcp or tls only, which cannot match headers`;
  }
  if (service !== undefined) {
    const named = from.length === 0 ? '' : `, or with subset ${from.join(' or ')}`;
    return `no route sends to ${host} without a subset${named}`;
  }
  if (from.length === 0)
    return `no DestinationRule of ${host} names a subset of the base's version`;
  return `no route sends to ${host} with subset ${from.join(' or ')}`;
}

/** DNS would complete the written name to the host; to Istio it is another host. */
function partialName(http: readonly HTTPRoute[], host: string, scope: Scope): string | undefined {
  const halves = partialNamesOf(host, scope.clusterDomain);
  for (const route of http) {
    const written = route.route?.map(({ destination }) => destination?.host ?? '') ?? [];
    const half = written.find((name) => halves.includes(name));
    if (half !== undefined) {
      return `${labelOf(route)} sends to "${half}", which Istio treats as another host than ${host}, because it completes only names without a dot; write ${host} there`;
    }
  }
  return undefined;
}
