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

/** A Service may have thousands of ports, and every route asks. */
const known = new WeakMap<PlannedService, { ports: ReadonlySet<number>; lacking: number[] }>();

/** The Service's ports, and the base's ports that it lacks. */
function portsIn(service: PlannedService) {
  const before = known.get(service);
  if (before !== undefined) return before;
  const ports = new Set(service.ports);
  const fresh = { ports, lacking: service.basePorts.filter((port) => !ports.has(port)) };
  known.set(service, fresh);
  return fresh;
}

/** Why a route cannot be copied for an injection: the other Service lacks a port that the route needs. Undefined: it has all. */
export function lackingPort(
  route: HTTPRoute,
  { host, service }: Pick<PlannedInjection, 'host' | 'service'>,
  { namespace, clusterDomain }: Scope,
): string | undefined {
  if (service === undefined) return undefined;
  const { ports, lacking: ofBase } = portsIn(service);
  const asked = (route.route ?? [])
    .filter(({ destination }) => fqdn(destination?.host ?? '', namespace, clusterDomain) === host)
    .map(({ destination }) => destination?.port?.number);
  const lacking = new Set(
    [...new Set(asked)].flatMap((port) =>
      port === undefined ? ofBase : ports.has(port) ? [] : [port],
    ),
  );
  if (lacking.size === 0) return undefined;
  const has = service.ports.length === 0 ? 'none' : portsText(service.ports);
  return `${labelOf(route)} has no copy: it sends to port ${portsText([...lacking])} of ${host}, and Service ${service.host} has ${has}; add the port there`;
}

const MOST_NAMED = 16;

function portsText(ports: readonly number[]): string {
  const named = ports.slice(0, MOST_NAMED).join(', ');
  return ports.length > MOST_NAMED ? `${named} and ${ports.length - MOST_NAMED} more` : named;
}
