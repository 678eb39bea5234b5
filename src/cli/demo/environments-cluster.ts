import { fileURLToPath } from 'node:url';
import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import { DECISION_FLAGS } from '../../config.ts';
import { loadValidator } from '../../crds.ts';
import { readFlags } from '../../flags.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { type Deployment, isAvailable } from '../../k8s/workload.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import { shownValues } from '../../overlay/shown-values.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { meshSnapshot } from '../../trace/mesh-snapshot.ts';
import { type Call, trace } from '../../trace/trace.ts';
import type { Hop } from '../../trace/types.ts';
import { isEnvironment } from '../common/environments.ts';
import { loadManifests } from '../common/manifests.ts';
import { startSimulation } from '../common/simulation.ts';
import { type Snapshot, snapshot } from '../common/snapshot.ts';
import type { Output } from '../common/terminal.ts';
import { claim, stateOf, UntrueError, until, type Voice, voiceOf } from './context.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/environments/', import.meta.url));
const NAMESPACE = 'market';
const SERVICES = ['storefront', 'orders', 'payments', 'catalog', 'search', 'reviews'] as const;
const TEXT_WIDTH = 15;

/** What the demo of Environments does and looks at. */
export interface EnvironmentsDemo extends Voice {
  cluster: Cluster;
  /** The cluster before the Environments were applied. */
  before: Snapshot;
  /** As in the example. */
  environment: (name: string) => Environment;
  /** The DynamicEnv of the example, with these changes. */
  env: (name: string, spec: Partial<DynamicEnv['spec']>) => DynamicEnv;
  apply: (object: KubeObject) => Promise<void>;
  remove: (object: KubeObject) => Promise<void>;
  ready: (...names: string[]) => Promise<void>;
  /** Waits; meanwhile each of these users and everybody else must be answered by ready pods. */
  answered: (users: readonly string[], isDone: () => boolean, what: string) => Promise<void>;
  /** Sends a request of this user to all six services. */
  request: (user: string | undefined, wanted: string) => void;
  live: (name: string) => DynamicEnv;
}

/** A cluster with the six services and the three Environments. */
export async function startEnvironmentsDemo(output: Output): Promise<EnvironmentsDemo> {
  const config = readFlags(DECISION_FLAGS, [], {});
  const { cluster } = await startSimulation(config, { strategy: 'server-side-apply' });
  const validator = await loadValidator(DYNAMIC_ENV_CRD);
  const objects = (await loadManifests([EXAMPLE], {})).map(({ object }) => object);
  const team = cluster.as('team');
  const apply = async (object: KubeObject): Promise<void> => {
    await team.apply(object.kind === 'DynamicEnv' ? validator.withDefaults(object) : object);
  };
  const isLayer = (object: KubeObject) => isEnvironment(object) || object.kind === 'DynamicEnv';
  for (const object of objects.filter((one) => !isLayer(one))) await apply(object);
  await cluster.settle();
  const before = snapshot(cluster.all());
  for (const object of objects.filter(isEnvironment)) await apply(object);
  await cluster.settle();
  const [polina] = objects.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[];
  if (polina === undefined) throw new UntrueError('the example has a DynamicEnv');
  const voice = voiceOf(cluster, output);
  return {
    ...voice,
    cluster,
    before,
    environment: (name) => {
      const found = objects.filter(isEnvironment).find(({ metadata }) => metadata.name === name);
      if (found === undefined) throw new UntrueError(`the example has Environment ${name}`);
      return found;
    },
    env: (name, spec) => ({
      ...polina,
      metadata: { name },
      spec: { ...polina.spec, istioMatches: [{ headers: { user: { exact: name } } }], ...spec },
    }),
    apply,
    remove: async ({ kind, metadata }) => {
      await team.delete(kind, metadata.namespace, metadata.name);
    },
    ready: async (...names) => {
      for (const name of names) {
        await until(cluster, () => isReadyNow(cluster, name), `DynamicEnv ${name} is ready`);
      }
    },
    answered: async (users, isDone, what) => {
      const isDoneAndAnswered = () => {
        for (const user of [undefined, ...users]) answersOf(cluster, user);
        return isDone();
      };
      await until(cluster, isDoneAndAnswered, what);
    },
    request: (user, wanted) => {
      const got = answersOf(cluster, user);
      const text = user === undefined ? 'everybody else' : `user: ${user}`;
      claim(got === wanted, `${text}: ${wanted}, not ${got}`);
      voice.say(`${text.padEnd(TEXT_WIDTH)} → ${got}`);
    },
    live: (name) => liveEnv(cluster, name),
  };
}

function liveEnv(cluster: Cluster, name: string): DynamicEnv {
  const found = cluster.get<DynamicEnv>('DynamicEnv', undefined, name);
  if (found === undefined) throw new UntrueError(`DynamicEnv ${name} exists`);
  return found;
}

/** For the present spec. */
function isReadyNow(cluster: Cluster, name: string): boolean {
  const { metadata, status } = liveEnv(cluster, name);
  return (
    stateOf({ cluster, name }) === 'ready' && status?.observedGeneration === metadata.generation
  );
}

/** What answers each service of this user's requests: its version and its configuration, and how many of the six are shared. */
function answersOf(cluster: Cluster, user: string | undefined): string {
  const answers = hopsOf(cluster, user === undefined ? {} : { user }).map(({ destinations }) =>
    destinations.flatMap(({ workloads }) =>
      workloads.map(({ name }) => answeringDeployment(cluster, name)),
    ),
  );
  const containers = (index: number) =>
    (answers[index] ?? []).flatMap(({ spec }) => spec.template.spec?.containers[0] ?? []);
  const value = (index: number, variable: string) =>
    containers(index)
      .map(({ env = [] }) => shownValues(env).get(variable)?.replace('http://', ''))
      .join(' or ');
  const tag = containers(1).map(({ image = '' }) => image.split(':').at(-1));
  const shared = answers.filter((some) =>
    some.every(({ spec }) => spec.template.metadata?.labels?.['version'] === 'shared'),
  ).length;
  return `storefront flag ${value(0, 'FEATURE_CHECKOUT')}, orders ${tag.join(' or ')} with ${value(1, 'DB_HOST')}, payments with ${value(2, 'PAYMENT_API')}; ${shared} of ${answers.length} shared`;
}

function answeringDeployment(cluster: Cluster, fullName: string): Deployment {
  const [namespace, name = ''] = fullName.split('/');
  const live = cluster.get<Deployment>('Deployment', namespace, name);
  if (live === undefined || !isAvailable(live)) {
    throw new UntrueError(`requests reach ready pods, but those of ${fullName} are not`);
  }
  return live;
}

/** Each service is called with the header of the first request, by Istio's rules and the objects in the cluster. */
function hopsOf(cluster: Cluster, headers: Record<string, string>): Hop[] {
  const calls = SERVICES.map((authority): Call => {
    const url = `http://${authority}/`;
    return { method: 'GET', scheme: 'http', url, authority, port: 80, path: '/', headers };
  });
  const caller = { kind: 'pod', gateway: 'mesh', namespace: NAMESPACE, labels: {} } as const;
  const { hops } = trace(calls, caller, meshSnapshot(cluster.all(), 'cluster.local'), []);
  const failed = hops.find(({ outcome }) => outcome !== 'pods');
  if (failed !== undefined) throw new UntrueError(`a request is answered: ${failed.summary}`);
  return hops;
}
