import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import type { PodOptions } from '../../e2e/control-plane/pods.ts';
import { startBroker } from '../../kafka/lib/broker.ts';
import { createFeedAccount } from '../../kafka/lib/cluster/feed-account.ts';
import { createKubelet, type RunningPod } from '../../kafka/lib/cluster/kubelet.ts';
import { runFeed } from '../../kafka/lib/feeds.ts';
import { freePorts } from '../../kafka/lib/ports.ts';
import { PROGRAMS } from '../../kafka/lib/programs.ts';
import { decisionConfig } from '../../scenarios/lib/scenario.ts';
import { call, passedOn } from '../branches/chain.ts';
import { NAMESPACE } from '../branches/world.ts';
import { type CallNext, servePod } from '../lib/echo.ts';
import { type Mesh, startMesh } from '../lib/mesh.ts';
import { type Answer, send } from '../lib/request.ts';
import type { ServiceSettings } from './settings.ts';
import { ALLOCATION, branch, ORDER, PAYMENT, WEB, world } from './world.ts';

const POD_PORT = 8080;
const TOPIC = 'payments';
const SECONDS = 300;

/** An order that reached order-allocation-service. */
export interface Allocated {
  order: string;
  /** The versions that it went through, as images; of order-allocation-service the version label. */
  payment: string;
  by: string;
  version: string;
  /** The route headers that reached order-allocation-service. */
  headers: Readonly<Record<string, string>>;
}

export interface Scene {
  /** Sends an order to web. */
  send(order: string, headers: Readonly<Record<string, string>>): Promise<Answer>;
  allocated: readonly Allocated[];
  create(ref: string): Promise<void>;
  remove(ref: string): Promise<void>;
  pods(): readonly RunningPod[];
  say(line: string): void;
  stop(): Promise<void>;
}

/** Everything is real but kubelet, sidecars' own filters, and two services without messages. */
export async function openScene(): Promise<Scene> {
  const ends: (() => unknown)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  const began = Date.now();
  const say = (line: string) =>
    void process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1)} s  ${line}\n`);
  try {
    const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-headline-'));
    ends.push(async () => {
      if (process.env['KAFKA_KEEP'] === undefined)
        await rm(folder, { recursive: true, force: true });
      else say(`kept: ${folder}`);
    });
    const kafka = await startBroker(say);
    ends.push(kafka.stop);
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.address] });
    await admin.createTopics({ topics: [TOPIC], partitions: 4, replicas: 1 });
    await admin.close();
    say(`Kafka ${kafka.version} runs`);

    const kubelet = createKubelet({ file: PROGRAMS.headline, folder, say });
    const allocated: Allocated[] = [];
    let webPort = 0;
    const callNext: CallNext = ({ labels }, { url = '/', rawHeaders }) => {
      const headers = passedOn(rawHeaders);
      if (labels['app'] === WEB)
        return call(webPort, url, ['host', `${PAYMENT}.${NAMESPACE}`, ...headers.flat()]);
      const { order, payment, by } = Object.fromEntries(new URL(url, 'http://pod').searchParams);
      if (labels['app'] === ALLOCATION && order && payment && by) {
        const version = labels['version'] ?? '';
        allocated.push({ order, payment, by, version, headers: Object.fromEntries(headers) });
      }
      return undefined;
    };
    const serve: PodOptions['serve'] = (pod, address) =>
      [PAYMENT, ORDER].includes(pod.metadata.labels?.['app'] ?? '')
        ? kubelet.serve(pod, address)
        : servePod(pod, address, callNext);
    const mesh = await startMesh({
      system: { strategy: 'server-side-apply', config: decisionConfig({ drainSeconds: 10 }) },
      pods: { serve, started: kubelet.started },
      callNext,
    });
    ends.push(mesh.stop, kubelet.stop);
    const { cluster } = mesh;
    const [port = 0] = await freePorts(1);
    const feed = runFeed(await createFeedAccount(cluster), port, folder);
    ends.push(feed.end);
    await feed.ready();
    say('control plane, Metacontroller, istiod and the feed run');

    const [client, web, order] = await Promise.all(
      ['client', WEB, ORDER].map((app) =>
        mesh.startEnvoy({ name: app, namespace: NAMESPACE, labels: { app } }),
      ),
    );
    webPort = web?.portFor(80) ?? 0;
    const common = { broker: kafka.address, topic: TOPIC, group: ORDER, port: POD_PORT };
    const settings: Record<string, ServiceSettings> = {
      [PAYMENT]: { ...common, role: 'payment', sidecarPort: 0 },
      [ORDER]: { ...common, role: 'order', sidecarPort: order?.portFor(80) ?? 0 },
    };
    await install(mesh, world(`http://127.0.0.1:${port}`, settings));
    await Promise.all([client, web, order].map((envoy) => envoy?.untilReady()));
    return {
      allocated,
      say,
      stop,
      pods: () => kubelet.pods,
      send: (id, headers) =>
        send(client?.portFor(80) ?? 0, {
          ...{ method: 'GET', authority: `${WEB}.${NAMESPACE}`, path: `/?order=${id}`, headers },
        }),
      create: async (ref) => {
        await cluster.kubectl(['apply', '-f', '-'], { input: branch(ref) });
        const ready = ['wait', '--for=condition=Ready', `de/${ref}`, `--timeout=${SECONDS}s`];
        await cluster.kubectl(ready);
        say(`${ref} is Ready`);
      },
      remove: async (ref) => {
        await cluster.kubectl(['delete', 'de', ref, `--timeout=${SECONDS}s`]);
        say(`${ref} is deleted`);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function install({ cluster }: Mesh, items: readonly object[]): Promise<void> {
  const { kubectl } = cluster;
  await kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
  const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
  await kubectl([...available, '-n', NAMESPACE, `--timeout=${SECONDS}s`]);
}
