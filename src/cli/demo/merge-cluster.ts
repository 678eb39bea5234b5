import { fileURLToPath } from 'node:url';
import type { MergeCondition, VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { DECISION_FLAGS } from '../../config.ts';
import { readFlags } from '../../flags.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { mergeOfRoute } from '../../trace/merge-routes.ts';
import { loadManifests } from '../common/manifests.ts';
import { isMerge, isMerged, kindName, mergeCondition } from '../common/merges.ts';
import { startSimulation } from '../common/simulation.ts';
import type { Output } from '../common/terminal.ts';
import { claim, isRunning, UntrueError, until, type Voice, voiceOf } from './context.ts';
import { answeringTags, headersOf } from './request.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/branches/', import.meta.url));
const NAMESPACE = 'services';
const SERVICE = 'payment-service';
const TEXT_WIDTH = 60;

/** What the steps of the demo of merges do and look at. */
export interface MergeDemo extends Voice {
  cluster: Cluster;
  /** The objects of a rendered chart: a file in examples/branches. */
  release: (file: string) => Promise<KubeObject[]>;
  /** As `helm upgrade --install`. */
  apply: (objects: readonly KubeObject[]) => Promise<void>;
  remove: (objects: readonly KubeObject[]) => Promise<void>;
  available: (deployment: string) => Promise<void>;
  /** Waits until the merge is merged in its present version. */
  merged: (name: string) => Promise<void>;
  /** Waits until the merge's present version is refused. Returns the condition. */
  refused: (name: string) => Promise<MergeCondition>;
  /** Names of the merges with routes in the VirtualService, in the order of the routes. */
  routes: () => string[];
  /** Sends a request with this header. `tag`: of the image that answers. */
  request: (header: string | undefined, tag: string) => void;
}

/** A cluster with the stable version of payment-service. */
export async function startMergeDemo(output: Output): Promise<MergeDemo> {
  const config = readFlags(DECISION_FLAGS, [], {});
  const { cluster } = await startSimulation(config, { strategy: 'server-side-apply' });
  const helm = cluster.as('helm');
  const release: MergeDemo['release'] = async (file) =>
    (await loadManifests([`${EXAMPLE}${file}`], {})).map(({ object }) => object);
  const apply: MergeDemo['apply'] = async (objects) => {
    for (const object of objects) await helm.apply(object);
  };
  await apply(await release('manifests/payment-service.yaml'));
  await cluster.settle();
  const { title, say } = voiceOf(cluster, output);
  const merge = (name: string): VirtualServiceMerge => {
    const found = cluster
      .all()
      .find((one) => isMerge(one) && one.metadata.name === name && isHere(one));
    if (found === undefined) throw new UntrueError(`VirtualServiceMerge ${name} exists`);
    return found as VirtualServiceMerge;
  };
  return {
    cluster,
    title,
    say,
    release,
    apply,
    remove: async (objects) => {
      for (const object of objects) {
        await helm.delete(kindName(object), object.metadata.namespace, object.metadata.name);
      }
    },
    available: (name) =>
      until(cluster, () => isRunning(cluster, NAMESPACE, name), `${name} is available`),
    merged: (name) => until(cluster, () => isMerged(merge(name)), `${name} is merged`),
    refused: async (name) => {
      const ofThis = () => acceptedNow(merge(name));
      await until(cluster, () => ofThis()?.status === 'False', `${name} is refused`);
      const condition = mergeCondition(merge(name), 'Merged');
      if (condition?.status !== 'False') throw new UntrueError(`${name} is not merged`);
      return condition;
    },
    routes: () => mergesWithRoutes(cluster),
    request: (header, tag) => {
      const text = header ?? 'no header';
      const target = { service: SERVICE, namespace: NAMESPACE };
      const reached = answeringTags(cluster, target, headersOf(header));
      claim(reached === tag, `${text}: ${SERVICE} ${tag} answers, not ${reached}`);
      say(`${text.padEnd(TEXT_WIDTH)} → payment ${tag}`);
    },
  };
}

function isHere({ metadata }: KubeObject): boolean {
  return metadata.namespace === NAMESPACE;
}

/** Of the present version of the merge. */
function acceptedNow(merge: VirtualServiceMerge): MergeCondition | undefined {
  const isCurrent = merge.status?.observedGeneration === merge.metadata.generation;
  return isCurrent ? mergeCondition(merge, 'Accepted') : undefined;
}

function mergesWithRoutes(cluster: Cluster): string[] {
  const virtualService = cluster.get<VirtualService>('VirtualService', NAMESPACE, SERVICE);
  if (virtualService === undefined) throw new UntrueError(`VirtualService ${SERVICE} exists`);
  const names = (virtualService.spec.http ?? []).flatMap(
    (route) => mergeOfRoute(route.name, virtualService)?.name ?? [],
  );
  return [...new Set(names)];
}
