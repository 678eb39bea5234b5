import type { HostRequest } from '../istio/evaluate.ts';
import { MESH } from '../istio/gateway-name.ts';
import { fqdn } from '../istio/host.ts';
import { DEFAULT_PORT } from '../istio/match-request.ts';
import { type Port, streamProtocol } from '../istio/port-protocol.ts';
import type { HTTPRoute } from '../istio/types.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';
import type { Ending } from './outcome.ts';

/** What a route does besides routing, and which envs' pods are reached by requests that are not theirs. */
export function hopNotes(
  route: HTTPRoute | undefined,
  { destinations }: Ending,
  request: HostRequest,
  snapshot: MeshSnapshot,
): string[] {
  return [
    ...protocolNotes(request, snapshot),
    ...destinations.flatMap(({ host, unguarded = [] }) =>
      unguarded.length === 0
        ? []
        : `unguarded: requests like this one also reach pods of ${unguarded.join(', ')}: ${host} is named without a subset, or with one that selects them too`,
    ),
    ...(route ? routeNotes(route) : []),
  ];
}

function protocolNotes(
  { host, port = DEFAULT_PORT, gateway }: HostRequest,
  snapshot: MeshSnapshot,
): string[] {
  const { clusterDomain } = snapshot.mesh;
  const service = (snapshot.objects as readonly ServiceObject[]).find(
    ({ kind, metadata: { name, namespace = '' } }) =>
      kind === 'Service' && fqdn(name, namespace, clusterDomain) === host,
  );
  const found = service?.spec?.ports?.find((one) => one.port === port);
  const protocol = found && streamProtocol(found);
  if (gateway !== MESH || protocol === undefined) return [];
  return [`port ${port} of the Service is declared as ${protocol}: http routes do not apply there`];
}

interface ServiceObject extends KubeObject {
  spec?: { ports?: Port[] };
}

function routeNotes(route: HTTPRoute): string[] {
  const { set = {}, add = {}, remove = [] } = route.headers?.request ?? {};
  const changed = [...Object.keys(set), ...Object.keys(add), ...remove];
  return [
    ...(isGiven(route['fault'])
      ? ['the route has a fault: some requests are delayed or aborted']
      : []),
    ...(isGiven(route['mirror']) || isGiven(route['mirrors'])
      ? [
          'the route has a mirror: copies of requests go to other pods, whose responses are discarded',
        ]
      : []),
    ...(isGiven(route['rewrite'])
      ? ['the route rewrites path or authority: the pods see the new ones']
      : []),
    ...(changed.length > 0 ? [`the route changes request headers: ${changed.join(', ')}`] : []),
  ];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
