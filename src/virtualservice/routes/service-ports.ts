import { fqdn } from '../../istio/host.ts';
import type { Destination, HTTPRoute } from '../../istio/types.ts';
import { labelOf } from './eligible.ts';
import type { PlannedInjection, PlannedService } from './plan-codec.ts';
import type { Scope } from './scope.ts';

/**
 * The port of the other Service for a destination of the base's; undefined: as the caller's request has it. Without a port in a
 * destination Istio takes the only port of a Service, or else the port that the request came for (`GetDestinationCluster` in
 * `pilot/pkg/networking/core/route/route.go`). The base may have one port, and the other Service several, so the port is named.
 */
export function servicePort(
  { port }: Destination,
  { basePorts }: PlannedService,
): number | undefined {
  const [only, ...others] = basePorts;
  return port?.number ?? (others.length === 0 ? only : undefined);
}

/** Why a route cannot be copied for an injection: the other Service lacks a port that the route needs. Undefined: it has all. */
export function lackingPort(
  route: HTTPRoute,
  { host, service }: Pick<PlannedInjection, 'host' | 'service'>,
  { namespace, clusterDomain }: Scope,
): string | undefined {
  if (service === undefined) return undefined;
  const targets = (route.route ?? []).map(({ destination }) => destination);
  const needed = targets
    .filter((one) => fqdn(one?.host ?? '', namespace, clusterDomain) === host)
    .flatMap(({ port }) => port?.number ?? service.basePorts);
  const lacking = [...new Set(needed)].filter((port) => !service.ports.includes(port));
  if (lacking.length === 0) return undefined;
  const has = service.ports.length === 0 ? 'none' : service.ports.join(', ');
  return `${labelOf(route)} has no copy: it sends to port ${lacking.join(', ')} of ${host}, and Service ${service.host} has ${has}; add the port there`;
}
