import { fileURLToPath } from 'node:url';
import { LEAVING_ANNOTATION, type VirtualEnvironment } from '../../api/virtualenvironment.ts';
import { DECISION_FLAGS } from '../../config.ts';
import { readFlags } from '../../flags.ts';
import type { DestinationRule, VirtualService } from '../../istio/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Deployment } from '../../k8s/workload.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { meshSnapshot } from '../../trace/mesh-snapshot.ts';
import { type Call, trace } from '../../trace/trace.ts';
import type { Hop, TracedDestination } from '../../trace/types.ts';
import { loadManifests } from '../common/manifests.ts';
import { startSimulation } from '../common/simulation.ts';
import type { Output } from '../common/terminal.ts';
import { isReady, isVirtualEnvironment } from '../common/virtual-environments.ts';
import { claim, UntrueError, until, type Voice, voiceOf } from './context.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/virtual-environment/', import.meta.url));
const NAMESPACE = 'store';
const CHAIN = ['storefront', 'orders', 'stock'] as const;
const HEADER = 'x-virtual-env';
const TEXT_WIDTH = 34;

/** The versions that answer, in the order of the chain. */
export type Answers = readonly [storefront: string, orders: string, stock: string];

/** What the steps of the demo of VirtualEnvironments do and look at. */
export interface VersionsDemo extends Voice {
  cluster: Cluster;
  environment: KubeObject;
  drainSeconds: number;
  apply: (object: KubeObject) => Promise<void>;
  /** The Deployment as it is in the example. */
  deployment: (name: string) => Deployment;
  /** The same, and it announces that it leaves. */
  leaving: (name: string) => KubeObject;
  remove: (object: KubeObject) => Promise<void>;
  ready: () => Promise<void>;
  /** Sends a request through the chain. `more`: further headers. */
  request: (version: string | undefined, wanted: Answers, more?: Record<string, string>) => void;
  /** The values of the header that the services of the last request got. */
  got: () => (string | undefined)[];
  /** The names of a Service's subsets. */
  subsets: (service: string) => string[];
  /** Those to which a VirtualService of the Service's name leads. */
  routed: (service: string) => string[];
}

/** A cluster with all Services and versions, and without a VirtualEnvironment. */
export async function startVersionsDemo(output: Output): Promise<VersionsDemo> {
  const config = readFlags(DECISION_FLAGS, [], {});
  const { cluster } = await startSimulation(config, { strategy: 'server-side-apply' });
  const objects = (await loadManifests([EXAMPLE], {})).map(({ object }) => object);
  const team = cluster.as('team');
  const apply = async (object: KubeObject): Promise<void> => void (await team.apply(object));
  for (const object of objects.filter((one) => !isVirtualEnvironment(one))) await apply(object);
  await cluster.settle();
  const environment = objects.find(isVirtualEnvironment);
  if (environment === undefined) throw new UntrueError('the example has a VirtualEnvironment');
  const { name } = environment.metadata;
  const { title, say } = voiceOf(cluster, output);
  const deployment = (wanted: string): Deployment => {
    const found = objects.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === wanted,
    );
    if (found === undefined) throw new UntrueError(`the example has Deployment ${wanted}`);
    return found as Deployment;
  };
  let last: Hop[] = [];
  return {
    cluster,
    title,
    say,
    environment,
    drainSeconds: config.drainSeconds,
    apply,
    deployment,
    leaving: (wanted) => {
      const { metadata, ...rest } = deployment(wanted);
      const annotations = { ...metadata.annotations, [LEAVING_ANNOTATION]: 'true' };
      return { ...rest, metadata: { ...metadata, annotations } };
    },
    remove: async ({ kind, metadata }) => {
      await team.delete(kind, metadata.namespace, metadata.name);
    },
    ready: () =>
      until(
        cluster,
        () => {
          const live = cluster.get<VirtualEnvironment>(environment.kind, NAMESPACE, name);
          return live !== undefined && isReady(live);
        },
        `VirtualEnvironment ${name} is ready`,
      ),
    request: (version, wanted, more = {}) => {
      const headers = { ...(version === undefined ? {} : { [HEADER]: version }), ...more };
      last = hopsOf(cluster, headers);
      const answers = last.map(({ destinations }) => versionsOf(destinations, cluster));
      const given = [version ?? 'no header', ...Object.entries(more).map((one) => one.join(': '))];
      const text = given.join(', ');
      claim(
        answers.join() === wanted.join(),
        `${text}: ${wanted.join(', ')} answer, not ${answers.join(', ')}`,
      );
      const path = CHAIN.map((service, index) => `${service} ${answers[index]}`).join(' → ');
      say(`${text.padEnd(TEXT_WIDTH)} → ${path}`);
    },
    got: () => last.map(({ request, version }) => request.headers[HEADER] ?? injected(version)),
    subsets: (service) =>
      (cluster.get<DestinationRule>('DestinationRule', NAMESPACE, service)?.spec.subsets ?? []).map(
        (subset) => subset.name,
      ),
    routed: (service) => {
      const { spec } = cluster.get<VirtualService>('VirtualService', NAMESPACE, service) ?? {};
      const targets = (spec?.http ?? []).flatMap(({ route = [] }) => route);
      return [...new Set(targets.flatMap(({ destination }) => destination.subset ?? []))];
    },
  };
}

function injected(version: Hop['version']): string | undefined {
  return version?.isInjected ? version.asked : undefined;
}

/** Each service calls the next one with the header that it got, by Istio's rules and the objects in the cluster. */
function hopsOf(cluster: Cluster, headers: Record<string, string>): Hop[] {
  const calls = CHAIN.map((authority): Call => {
    const url = `http://${authority}/`;
    return { method: 'GET', scheme: 'http', url, authority, port: 80, path: '/', headers };
  });
  const caller = { kind: 'pod', gateway: 'mesh', namespace: NAMESPACE, labels: {} } as const;
  return trace(calls, caller, meshSnapshot(cluster.all(), 'cluster.local'), []).hops;
}

/** The versions of the pods that may answer; a clone of a DynamicEnv by the env's name. */
function versionsOf(destinations: readonly TracedDestination[], cluster: Cluster): string {
  const found = destinations.flatMap(({ workloads }) =>
    workloads.map(({ name: fullName, env, ready = 0 }) => {
      const [namespace, name = ''] = fullName.split('/');
      const live = cluster.get<Deployment>('Deployment', namespace, name);
      const version = live?.spec.template.metadata?.labels?.['virtual-env'] ?? 'any';
      return ready === 0 ? `${version} (not ready)` : (env ?? version);
    }),
  );
  return found.length === 0 ? 'nobody' : found.join(' or ');
}
