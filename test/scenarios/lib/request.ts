import { evaluate, type HostRequest, type Outcome } from '../../../src/istio/evaluate.ts';
import { fqdn } from '../../../src/istio/host.ts';
import type { DestinationRule, VirtualService } from '../../../src/istio/types.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';

/** A request in a scenario. */
export interface RequestSpec {
  /** `backend.shop`, or any other host, written in full. */
  host: string;
  headers?: Record<string, string>;
  path?: string;
  method?: string;
  /** The caller's pod. Default: a pod in namespace `shop` without labels. */
  from?: { namespace?: string; labels?: Record<string, string> };
  /**
   * `<namespace>/<name>` of the Gateway through which the request enters. Default: the request comes from a pod in the
   * mesh.
   */
  gateway?: string;
  /** True: it is `503 …` also if no Deployment or StatefulSet has ready pods with the labels of the destination. */
  needsPods?: boolean;
}

const CLUSTER_DOMAIN = 'cluster.local';
const SUFFIX = `.svc.${CLUSTER_DOMAIN}`;

/**
 * The destinations of a request according to the stored objects, with their shares. A destination is
 * `<service>.<namespace>@<subset>`, or `503 …` if no pod would answer, or a keyword for any other result.
 */
export function destinationsOf(
  request: RequestSpec,
  objects: readonly LocalObject[],
): Record<string, number> {
  const outcome = evaluate(hostRequest(request), meshOf(objects));
  return shares(request.needsPods ? withPods(outcome, objects) : outcome);
}

function withPods(outcome: Outcome, objects: readonly LocalObject[]): Outcome {
  if (outcome.kind !== 'destinations') return outcome;
  const ready = objects.filter(({ status }) => Number(status?.['readyReplicas'] ?? 0) > 0);
  const pods = ready.map(({ spec }) => (spec?.['template'] as PodTemplate | undefined)?.metadata);
  const isServed = (labels: Readonly<Record<string, string>>) =>
    pods.some((pod) =>
      Object.entries(labels).every(([key, value]) => pod?.labels?.[key] === value),
    );
  const destinations = outcome.destinations.map((destination) =>
    destination.unavailable !== undefined || isServed(destination.labels ?? {})
      ? destination
      : { ...destination, unavailable: 'no-pods' as const },
  );
  return { ...outcome, destinations };
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
}

function hostRequest({
  host,
  headers = {},
  path = '/',
  method = 'GET',
  from,
  gateway,
}: RequestSpec): HostRequest {
  const isService = host.split('.').length === 2 && gateway === undefined;
  return {
    host: isService ? `${host}${SUFFIX}` : host,
    authority: host,
    method,
    scheme: 'http',
    path,
    headers,
    sourceNamespace: from?.namespace ?? 'shop',
    sourceLabels: from?.labels ?? {},
    gateway: gateway ?? 'mesh',
  };
}

function meshOf(objects: readonly LocalObject[]) {
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  return {
    clusterDomain: CLUSTER_DOMAIN,
    virtualServices: of('VirtualService') as unknown as VirtualService[],
    destinationRules: of('DestinationRule') as unknown as DestinationRule[],
    services: of('Service').map(({ metadata, spec }) => {
      const namespace = metadata.namespace ?? '';
      const selector = (spec?.['selector'] ?? {}) as Record<string, string>;
      return { host: fqdn(metadata.name, namespace, CLUSTER_DOMAIN), namespace, selector };
    }),
  };
}

function shares(outcome: Outcome): Record<string, number> {
  if (outcome.kind === 'none') return { [outcome.reason]: 1 };
  if (outcome.kind !== 'destinations') return { [outcome.kind]: 1 };
  return Object.fromEntries(
    outcome.destinations.map(({ host, subset, share, unavailable }) => {
      const short = host.endsWith(SUFFIX) ? host.slice(0, -SUFFIX.length) : host;
      const target = subset === undefined ? short : `${short}@${subset}`;
      return [unavailable === undefined ? target : `503 ${target}: ${unavailable}`, share];
    }),
  );
}
