import {
  evaluate,
  type HostRequest,
  type Mesh,
  type Outcome,
  type ReachedDestination,
  type RouteHit,
} from '../../../src/istio/evaluate.ts';
import { requestHost } from '../../../src/istio/request-host.ts';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import type { Answer } from '../lib/request.ts';
import type { PlannedRequest } from './generate/requests.ts';
import { PROXIES, VERSIONS } from './generate/world.ts';

/** The evaluator under test, or one with a bug. */
export type Evaluate = typeof evaluate;

export function outcomeOf(
  request: PlannedRequest,
  mesh: Mesh,
  judge: Evaluate = evaluate,
): Outcome {
  return judge(hostRequest(request, mesh), mesh);
}

/**
 * The request as the evaluator takes it: with the data of its proxy, and with the host that the proxy derives from the
 * authority.
 */
export function hostRequest(request: PlannedRequest, mesh: Mesh): HostRequest {
  const proxy = PROXIES.find(({ name }) => name === request.proxy);
  if (!proxy) throw new Error(`there is no proxy ${request.proxy}`);
  const { method, scheme, authority, path, port, headers } = request;
  const routed = {
    ...{ method, scheme, authority, path, port, headers },
    gateway: proxy.gateway,
    sourceLabels: proxy.labels,
    sourceNamespace: proxy.namespace,
  };
  return { ...routed, host: requestHost(routed, mesh) };
}

/** How Envoy's answer differs from the evaluator's outcome; undefined when they agree. */
export function difference(outcome: Outcome, answer: Answer, mesh: Mesh): string | undefined {
  switch (outcome.kind) {
    case 'destinations': {
      const wrongWay = outcome.hit ? wayProblem(outcome.hit, answer, mesh) : defaultWay(answer);
      if (wrongWay) return wrongWay;
      const problems = outcome.destinations.map((one) => destinationProblem(one, answer));
      return problems.includes(undefined) ? undefined : problems.join('; or ');
    }
    case 'redirect':
      return wayProblem(outcome.hit, answer, mesh) ?? expected('status', 301, answer.status);
    case 'directResponse':
      return wayProblem(outcome.hit, answer, mesh) ?? directProblem(outcome.hit, answer, mesh);
    case 'none':
      return noneProblem(outcome.reason, answer);
  }
}

/** Compares the VirtualService, the route and, if one matched, the match entry. */
function wayProblem(hit: RouteHit, { way }: Answer, mesh: Mesh): string | undefined {
  const entry = hit.delegate ? undefined : entryOf(hit, mesh)?.name;
  const name = `${hit.routeName}${entry === undefined ? '' : `.${entry}`}`;
  const [routeOnly] = (way.routeName ?? '').split('.');
  return (
    expected('VirtualService', hit.virtualService, way.virtualService) ??
    expected('route', name, hit.delegate ? routeOnly : way.routeName)
  );
}

function entryOf(hit: RouteHit, mesh: Mesh) {
  return hit.matchIndex === undefined ? undefined : routeAt(hit, mesh)?.match?.[hit.matchIndex];
}

function routeAt(
  { virtualService, routeIndex }: Pick<RouteHit, 'virtualService' | 'routeIndex'>,
  mesh: Mesh,
): HTTPRoute | undefined {
  const owner = mesh.virtualServices.find(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}` === virtualService,
  );
  return owner?.spec.http?.[routeIndex];
}

function defaultWay({ way }: Answer): string | undefined {
  return expected('VirtualService', undefined, way.virtualService);
}

function destinationProblem(
  { host, subset = '', labels = {}, unavailable }: ReachedDestination,
  { status, echo, way }: Answer,
): string | undefined {
  const isKnown = unavailable === undefined || unavailable === 'no-pods';
  if (!isKnown) return expected('answer', '503 cluster_not_found', `${status} ${way.details}`);
  const [, , asked, cluster] = way.cluster?.split('|') ?? [];
  const wrong = expected('host', host, cluster) ?? expected('subset', subset, asked);
  if (wrong) return wrong;
  const isServed =
    unavailable === undefined && VERSIONS.some((v) => (labels['version'] ?? v) === v);
  if (!isServed) return expected('answer', '503 no_healthy_upstream', `${status} ${way.details}`);
  const [, namespace] = host.split('.');
  return (
    expected('status', 200, status) ??
    expected('namespace of the pod', namespace, echo?.namespace) ??
    Object.entries(labels)
      .map(([key, value]) => expected(`pod's label ${key}`, value, echo?.labels[key]))
      .find((problem) => problem !== undefined)
  );
}

function directProblem(hit: RouteHit, { status, body }: Answer, mesh: Mesh): string | undefined {
  const { directResponse } = routeAt(hit.delegate ?? hit, mesh) ?? {};
  const { status: code, body: text } = directResponse as {
    status: number;
    body: { string: string };
  };
  return expected('status', code, status) ?? expected('body', text.string, body);
}

/**
 * Compares an outcome without a route. Envoy must answer 404 without a route. If the host is neither a Service nor in a
 * VirtualService, a sidecar may also send the request to PassthroughCluster.
 */
function noneProblem(reason: string, { status, way }: Answer): string | undefined {
  if (reason === 'unknown-host' && way.cluster === 'PassthroughCluster') return undefined;
  return expected(
    'answer',
    '404 without a route',
    `${status} ${way.routeName ?? 'without a route'}`,
  );
}

function expected<T>(what: string, wanted: T, got: T): string | undefined {
  return wanted === got ? undefined : `${what}: trace says ${wanted}, Envoy ${got}`;
}
