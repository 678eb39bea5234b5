import { fileURLToPath } from 'node:url';
import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { EVENT_ROUTING_LABEL } from '../../api/marks.ts';
import type { Phase, Subscriber } from '../../api/subscriber.ts';
import { DECISION_FLAGS } from '../../config.ts';
import { loadValidator } from '../../crds.ts';
import { readFlags } from '../../flags.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { type Deployment, isAvailable } from '../../k8s/workload.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import { refSettings } from '../../refs/settings.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { traceMessage } from '../../trace/message/trace-message.ts';
import { loadManifests } from '../common/manifests.ts';
import { startSimulation } from '../common/simulation.ts';
import type { Output } from '../common/terminal.ts';
import { claim, UntrueError, until, type Voice, voiceOf } from './context.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/messages/manifests/', import.meta.url));
const NAMESPACE = 'shop';
export const CONSUMER = 'order-service';
const TEXT_WIDTH = 45;

/** What the demo of messages does and looks at. */
export interface MessagesDemo extends Voice {
  cluster: Cluster;
  /** The Deployment of order-service as in the example. */
  optedIn: KubeObject;
  /** The DynamicEnv of the example, with another ref and these changes. */
  env: (ref: string, spec?: Partial<DynamicEnv['spec']>) => DynamicEnv;
  apply: (object: KubeObject) => Promise<void>;
  remove: (env: string) => Promise<void>;
  /** Of an env; undefined: it has none. */
  subscriber: (env: string) => Subscriber | undefined;
  /** Waits until the env's consumers of order-service are in this phase; undefined: they are gone. */
  phase: (env: string, phase: Phase | undefined) => Promise<void>;
  clone: (env: string) => Deployment | undefined;
  /** Says who handles a message with these headers, which must be `wanted`. */
  message: (headers: readonly string[], wanted: readonly string[]) => void;
}

/** A cluster with the three services of examples/messages, of which order-service has not opted in. */
export async function startMessagesDemo(output: Output): Promise<MessagesDemo> {
  const config = readFlags(DECISION_FLAGS, [], {});
  const { cluster } = await startSimulation(config, { strategy: 'server-side-apply' });
  const validator = await loadValidator(DYNAMIC_ENV_CRD);
  const objects = (await loadManifests([EXAMPLE], { DynamicEnv: validator })).map(
    ({ object }) => object,
  );
  const [example] = objects.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[];
  const optedIn = objects.find(({ kind, metadata }) => {
    return kind === 'Deployment' && metadata.name === CONSUMER;
  }) as Deployment | undefined;
  if (example === undefined || optedIn === undefined) {
    throw new UntrueError(`the example has a DynamicEnv and a Deployment ${CONSUMER}`);
  }
  const team = cluster.as('team');
  for (const object of objects.filter(({ kind }) => kind !== 'DynamicEnv')) {
    await team.apply(object === optedIn ? withoutOptIn(optedIn) : object);
  }
  await cluster.settle();
  const voice = voiceOf(cluster, output);
  const subscriber = (env: string) =>
    cluster.list<Subscriber>('Subscriber').find(({ metadata }) => {
      return metadata.name.startsWith(`${env}-`);
    });
  return {
    ...voice,
    cluster,
    optedIn,
    env: (ref, spec) => ({
      ...example,
      metadata: { name: ref },
      spec: { ...example.spec, ref, ...spec },
    }),
    apply: async (object) => {
      await team.apply(object.kind === 'DynamicEnv' ? validator.withDefaults(object) : object);
    },
    remove: async (env) => {
      await team.delete('DynamicEnv', undefined, env);
    },
    subscriber,
    phase: async (env, phase) => {
      await until(
        cluster,
        () => subscriber(env)?.spec.phase === phase,
        `the consumers of ${env} are ${phase ?? 'gone'}`,
      );
    },
    clone: (env) => cluster.get<Deployment>('Deployment', NAMESPACE, `${CONSUMER}-${env}`),
    message: (headers, wanted) => {
      const got = handlersOf(cluster, headers);
      const text = headers.join(', ') || 'no header';
      claim(
        got.join() === wanted.join(),
        `a message with ${text} is handled by ${wanted.join(' and ')}, not by ${got.join(' and ') || 'no version'}`,
      );
      voice.say(`message with ${text.padEnd(TEXT_WIDTH)} → ${got.join(' and ')}`);
    },
  };
}

/** As it was before its team opted in. */
function withoutOptIn(deployment: Deployment): Deployment {
  const { metadata, spec } = deployment;
  const labels = Object.entries(metadata.labels ?? {});
  const pod = spec.template.spec;
  const containers = (pod?.containers ?? []).map(({ env = [], ...container }) => ({
    ...container,
    env: env.filter(({ name }) => !name.startsWith('DYNAMICENV_')),
  }));
  return {
    ...deployment,
    metadata: {
      ...metadata,
      labels: Object.fromEntries(labels.filter(([key]) => key !== EVENT_ROUTING_LABEL)),
    },
    spec: { ...spec, template: { ...spec.template, spec: { ...pod, containers } } },
  };
}

/** Deployments with running pods that handle the message, by the law of the client libraries and the objects in the cluster. */
function handlersOf(cluster: Cluster, headers: readonly string[]): string[] {
  const base = cluster.get<Deployment>('Deployment', NAMESPACE, CONSUMER);
  if (base === undefined) throw new UntrueError(`Deployment ${CONSUMER} exists`);
  const pairs = headers.map((text) => {
    const [name = '', value = ''] = text.split(': ');
    return [name, Buffer.from(value)] as const;
  });
  const { consumers } = traceMessage({ headers: pairs, base }, cluster.all(), refSettings({}), []);
  return consumers
    .filter(({ action }) => action === 'handle')
    .map(({ deployment }) => deployment.replace(`${NAMESPACE}/`, ''))
    .filter((name) => {
      const live = cluster.get<Deployment>('Deployment', NAMESPACE, name);
      return live !== undefined && isAvailable(live);
    });
}
