import { evaluate, type Mesh, type Outcome } from '../../istio/evaluate.ts';
import type { DestinationRule, VirtualService } from '../../istio/types.ts';
import { matchesSelector } from '../../k8s/selector.ts';
import { type Deployment, isAvailable, type Service } from '../../k8s/workload.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { qualifiedName } from '../../simulator/object.ts';

const DOMAIN = 'cluster.local';

export interface Target {
  service: string;
  namespace: string;
}

/** The version that answers a GET from inside the mesh, by Istio's rules and the objects in the cluster. */
export function answeringVersion(
  cluster: Cluster,
  target: Target,
  headers: Record<string, string>,
): string {
  return answers(outcomeOf(cluster, target, headers), ({ version = 'any' }) => version);
}

/** The image tags of the ready pods that may answer a GET from inside the mesh. */
export function answeringTags(
  cluster: Cluster,
  target: Target,
  headers: Record<string, string>,
): string {
  return answers(outcomeOf(cluster, target, headers), (labels) => tagsOf(cluster, target, labels));
}

/** `name: value` as headers. */
export function headersOf(text: string | undefined): Record<string, string> {
  const [name = '', value = ''] = text?.split(': ') ?? [];
  return name === '' ? {} : { [name]: value };
}

/** What answers, in words: each destination by the labels of its subset, or why it cannot answer. */
function answers(outcome: Outcome, name: (labels: Record<string, string>) => string): string {
  if (outcome.kind !== 'destinations') return outcome.kind;
  return outcome.destinations
    .map(({ labels = {}, unavailable }) => unavailable ?? name(labels))
    .join(', ');
}

function tagsOf(cluster: Cluster, { namespace }: Target, matchLabels: Record<string, string>) {
  const running = cluster
    .list<Deployment>('Deployment', { namespace })
    .filter(isAvailable)
    .map(({ spec }) => spec.template)
    .filter(({ metadata }) => matchesSelector({ matchLabels }, metadata?.labels));
  const images = running.flatMap(({ spec }) => spec?.containers.map(({ image = '' }) => image));
  const tags = images.map((image = '') => image.slice(image.lastIndexOf(':') + 1));
  return tags.length === 0 ? 'no pods' : tags.join(' or ');
}

function outcomeOf(
  cluster: Cluster,
  { service, namespace }: Target,
  headers: Record<string, string>,
): Outcome {
  const host = `${service}.${namespace}.svc.${DOMAIN}`;
  const request = { host, method: 'GET', scheme: 'http', authority: service, path: '/', headers };
  return evaluate({ ...request, gateway: 'mesh', sourceNamespace: namespace }, meshOf(cluster));
}

/** What a browser gets at a gateway. */
export interface Visit {
  /** Headers that the request has from there on. */
  headers: Record<string, string>;
  /** What the browser keeps, as it sends it; absent: nothing new. */
  cookie?: string;
}

/** Opens an address at a gateway (`NAMESPACE/NAME`). Undefined: no route takes the request. */
export function visit(
  cluster: Cluster,
  address: string,
  gateway: string,
  headers: Record<string, string>,
): Visit | undefined {
  const { host, pathname, search } = new URL(address);
  const path = `${pathname}${search}`;
  const request = { host, method: 'GET', scheme: 'https', authority: host, path, headers };
  const mesh = meshOf(cluster);
  const outcome = evaluate({ ...request, gateway }, mesh);
  if (outcome.kind !== 'destinations' || outcome.hit === undefined) return undefined;
  const { virtualService, routeIndex } = outcome.hit;
  const route = mesh.virtualServices.find((one) => qualifiedName(one) === virtualService)?.spec
    .http?.[routeIndex];
  const { request: forwarded, response } = route?.headers ?? {};
  const cookie = response?.add?.['Set-Cookie']?.split(';')[0];
  return {
    headers: { ...headers, ...forwarded?.set },
    ...(cookie === undefined ? {} : { cookie }),
  };
}

function meshOf(cluster: Cluster): Mesh {
  return {
    clusterDomain: DOMAIN,
    virtualServices: cluster.list<VirtualService>('VirtualService'),
    destinationRules: cluster.list<DestinationRule>('DestinationRule'),
    services: cluster.list<Service>('Service').map(({ metadata, spec }) => ({
      host: `${metadata.name}.${metadata.namespace}.svc.${DOMAIN}`,
      namespace: metadata.namespace ?? '',
      ...(spec?.selector === undefined ? {} : { selector: spec.selector }),
    })),
  };
}
