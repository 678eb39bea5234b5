import type { Mesh } from '../../../src/istio/evaluate.ts';
import type { DestinationRule, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Envoy } from '../lib/envoy.ts';
import { ROOT_NAMESPACE } from '../lib/istiod.ts';
import { type Answer, send } from '../lib/request.ts';
import { CONFIGURATION_LABEL } from './generate/configuration.ts';
import type { PlannedRequest } from './generate/requests.ts';

/** A request of a configuration and Envoy's answer. */
export interface Pair {
  configuration: string;
  request: PlannedRequest;
  answer: Answer;
}

interface Service extends KubeObject {
  spec: { selector: Record<string, string>; ports: { port: number }[] };
}

/** The objects of the mesh at one time, and the answers that were given then. */
export interface Phase {
  objects: readonly KubeObject[];
  pairs: readonly Pair[];
}

/**
 * The objects of each configuration, in the form that `evaluate` takes. No two configurations have a host in common.
 */
export function meshesOf(objects: readonly KubeObject[]): ReadonlyMap<string, Mesh> {
  const groups = Map.groupBy(
    objects,
    ({ metadata }) => metadata.labels?.[CONFIGURATION_LABEL] ?? '',
  );
  return new Map([...groups].map(([id, own]) => [id, meshOf(own)]));
}

function meshOf(own: readonly KubeObject[]): Mesh {
  const ofKind = <T extends KubeObject>(kind: string) =>
    own.filter((object) => object.kind === kind) as T[];
  return {
    clusterDomain: 'cluster.local',
    rootNamespace: ROOT_NAMESPACE,
    virtualServices: ofKind<VirtualService>('VirtualService'),
    destinationRules: ofKind<DestinationRule>('DestinationRule'),
    services: ofKind<Service>('Service').map(({ metadata: { name, namespace = '' }, spec }) => ({
      host: `${name}.${namespace}.svc.cluster.local`,
      namespace,
      selector: spec.selector,
      ports: spec.ports.map(({ port }) => port),
    })),
  };
}

/** Sends every request to its proxy, a few at a time. The pairs are in the order of the requests. */
export async function play(
  requests: readonly Pick<Pair, 'configuration' | 'request'>[],
  envoys: readonly Envoy[],
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < requests.length; index = next++) {
      const item = requests[index];
      if (item) pairs[index] = { ...item, answer: await ask(item.request, envoys) };
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return pairs;
}

function ask(request: PlannedRequest, envoys: readonly Envoy[]): Promise<Answer> {
  const envoy = envoys.find(({ name }) => name === request.proxy);
  if (!envoy) throw new Error(`there is no proxy ${request.proxy}`);
  return send(envoy.portFor(request.port), request);
}
