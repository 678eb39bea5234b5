import type { HostRequest, Outcome } from '../istio/evaluate.ts';
import type { Explanation } from '../istio/explain.ts';
import { MESH } from '../istio/gateway-name.ts';
import { DEFAULT_PORT } from '../istio/match-request.ts';
import { requestHost } from '../istio/request-host.ts';
import type { HTTPRoute } from '../istio/types.ts';
import { tracedDestination } from './destinations.ts';
import { envOfRow } from './env-routes.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';
import { refOf } from './route-ref.ts';
import type { Hop, HopOutcome, TakenRoute, TracedDestination } from './types.ts';

/** Where a request ends: what `Hop` and `WithoutEnvs` have in common. */
export type Ending = Pick<
  Hop,
  'outcome' | 'status' | 'summary' | 'virtualService' | 'route' | 'destinations'
>;

export function endingOf(
  request: HostRequest,
  { outcome, taken }: Explanation,
  snapshot: MeshSnapshot,
): Ending {
  const destinations =
    outcome.kind === 'destinations'
      ? outcome.destinations.map((target) => tracedDestination(target, request, snapshot))
      : [];
  const kind = outcomeKind(outcome, destinations);
  const status = statusOf(kind, outcome, request, taken?.route);
  const ref = taken && refOf(taken, snapshot);
  const env = taken && envOfRow(taken, snapshot)?.env;
  const route: TakenRoute | undefined = ref && {
    ...ref,
    kind: outcome.kind === 'redirect' ? 'redirect' : directOr(outcome),
    ...(taken.match ? { match: taken.match } : {}),
    ...(env === undefined ? {} : { env }),
  };
  return {
    outcome: kind,
    ...(status === undefined ? {} : { status }),
    summary: summaryOf(kind, outcome, destinations, request, snapshot),
    ...(ref ? { virtualService: ref.virtualService } : {}),
    ...(route ? { route } : {}),
    destinations,
  };
}

function directOr({ kind }: Outcome): 'direct-response' | 'plain' {
  return kind === 'directResponse' ? 'direct-response' : 'plain';
}

function outcomeKind(outcome: Outcome, destinations: readonly TracedDestination[]): HopOutcome {
  if (outcome.kind === 'redirect') return 'redirect';
  if (outcome.kind === 'directResponse') return 'direct-response';
  if (outcome.kind === 'none') return outcome.reason;
  if (destinations.some(({ state }) => state === 'unavailable')) return 'unavailable';
  return destinations.every(({ state }) => state === 'ready') ? 'pods' : 'no-ready-pods';
}

const REDIRECT_STATUS = 301;

/** https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect: 301 where none is named. */
function statusOf(
  kind: HopOutcome,
  outcome: Outcome,
  { gateway }: HostRequest,
  route: HTTPRoute | undefined,
): number | undefined {
  if (kind === 'redirect') return numberAt(route?.redirect, 'redirectCode') ?? REDIRECT_STATUS;
  if (kind === 'direct-response') return numberAt(route?.directResponse, 'status');
  if (kind === 'no-route') return 404;
  if (kind === 'unknown-host') return gateway === MESH ? undefined : 404;
  const isCertain = outcome.kind === 'destinations' && outcome.destinations.length === 1;
  return kind === 'unavailable' && isCertain ? 503 : undefined;
}

function numberAt(value: unknown, field: string): number | undefined {
  const found: unknown = typeof value === 'object' && value && Reflect.get(value, field);
  return typeof found === 'number' && found !== 0 ? found : undefined;
}

function summaryOf(
  kind: HopOutcome,
  outcome: Outcome,
  destinations: readonly TracedDestination[],
  request: HostRequest,
  snapshot: MeshSnapshot,
): string {
  switch (kind) {
    case 'redirect':
      return 'the caller is redirected';
    case 'direct-response':
      return 'the proxy answers itself';
    case 'no-route':
      return '404: no route matches';
    case 'no-destination':
      return 'its route has no destination, which Istio refuses';
    case 'unknown-host':
      return unknownHost(request, snapshot);
    default:
      return outcome.kind === 'destinations' ? destinations.map(sentence).join('; ') : kind;
  }
}

function unknownHost(request: HostRequest, { mesh }: MeshSnapshot): string {
  const { host, port = DEFAULT_PORT, gateway } = request;
  if (gateway !== MESH) {
    return `404: no VirtualService of gateway ${gateway} has routes for ${host}`;
  }
  const anyPort = mesh.services.map(({ ports: _, ...service }) => service);
  const meant = requestHost(request, { ...mesh, services: anyPort });
  const service = mesh.services.find((one) => one.host === meant);
  if (service?.aliasFor) {
    return `Service ${meant} is an ExternalName for ${service.aliasFor}, which is no Service here; whether the proxy lets the request pass is set by the mesh's outboundTrafficPolicy`;
  }
  if (service?.ports) {
    return `Service ${meant} has no port ${port}, but ${service.ports.join(', ') || 'none'}`;
  }
  const namesakes = mesh.services.filter((one) => one.host.startsWith(`${host}.`));
  const homes = namesakes.map(({ namespace }) => namespace).join(', ');
  const hint = homes === '' ? '' : `; Services of this name are in: ${homes}`;
  return `no Service or VirtualService here has the host ${host} for this caller; whether its proxy lets the request pass is set by the mesh's outboundTrafficPolicy${hint}`;
}

function sentence(target: TracedDestination): string {
  const { host, subset, share, state, why = '', workloads } = target;
  const part = share === 1 ? '' : `${percent(share)} `;
  const to = `${host}${subset === undefined ? '' : `, subset ${subset}`}`;
  if (state === 'unavailable') return `${part}503: ${why}`;
  if (state !== 'ready') return `${part}to ${to}, but ${why}`;
  return `${part}to ${workloads.map(({ kind, name }) => `${kind} ${name}`).join(' and ')}`;
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
