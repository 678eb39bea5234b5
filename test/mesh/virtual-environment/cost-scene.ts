import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processorTime } from '../../../bench/lib/process.ts';
import { jsonBytes } from '../../../src/k8s/canonical.ts';
import { startControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { installCrds } from '../../e2e/control-plane/crds.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { type AdsClient, type Resource, startAdsClient } from '../lib/ads-client.ts';
import { istiodProgram, startIstiod } from '../lib/istiod.ts';
import {
  baseObjects,
  CHANGED,
  filters,
  istioObjects,
  LABEL,
  NAMESPACE,
  OTHER,
  PROXIES,
  ROUTES,
  VALUES,
} from './cost-world.ts';

export const WAYS = ['no injection', 'routes', 'envoy-filters'] as const;
export type Way = (typeof WAYS)[number];

export interface Push {
  /** Processor time of istiod. */
  processor: number;
  /** From the write until the last proxy has its routes. */
  seconds: number;
}

export interface CostScene {
  /** Replaces all objects of Istio. Returns when istiod has pushed everything. */
  install(way: Way): Promise<{ objects: number; bytes: number }>;
  /** Bytes of the last push to a proxy of the namespace, and to another one. */
  sizes(): Record<'own' | 'others', Record<Resource, number>>;
  /** Changes one VirtualService several times. Each push ends before the next one begins. */
  measure(times: number): Promise<Push[]>;
  stop(): Promise<void>;
}

const LOOK_MS = 20;
/** Number of simulated proxies that connect at the same time. */
const AT_ONCE = 8;
/** After this time without a push, all of them are over. */
const QUIET_MS = 3000;
const NETWORKING = '/apis/networking.istio.io';
const COLLECTIONS = [
  `${NETWORKING}/v1/namespaces/${NAMESPACE}/virtualservices`,
  `${NETWORKING}/v1/namespaces/${NAMESPACE}/destinationrules`,
  `${NETWORKING}/v1alpha3/namespaces/${NAMESPACE}/envoyfilters`,
];
const PATH = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices/${CHANGED}`;

/** istiod with an API server and many simulated sidecars. No pod answers, and no proxy runs. */
export async function openCostScene(): Promise<CostScene> {
  const cluster = await startControlPlane();
  const clients: AdsClient[] = [];
  const ends: (() => Promise<void>)[] = [cluster.stop];
  const stop = async () => {
    for (const client of clients) client.stop();
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    await installCrds(cluster, 'istio');
    const list = (items: object[]) => ({ apiVersion: 'v1', kind: 'List', items });
    await cluster.kubectl(['apply', '-f', '-'], { input: list(baseObjects()) });
    const istiod = await startIstiod(cluster, istiodProgram() ?? '');
    ends.push(istiod.running.stop);
    const pid = Number(await readFile(join(cluster.folder, 'istiod.pid'), 'utf8'));
    for (let number = 0; number < PROXIES.own + PROXIES.others; number += 1) {
      const client = connected(istiod.grpcPort, number);
      clients.push(client);
      // istiod refuses connections above a rate (PILOT_MAX_REQUESTS_PER_SECOND).
      if (number % AT_ONCE > 0) continue;
      await until(
        60,
        async () => {
          const isServed = client.of('routes').responses > 0;
          return isServed ? undefined : `simulated proxy ${number} has no routes yet`;
        },
        LOOK_MS,
      );
    }
    const counts = () => clients.map((client) => client.of('routes').responses);
    const last = () =>
      Math.max(...clients.flatMap((client) => [client.of('routes').at, client.of('listeners').at]));
    const untilQuiet = () =>
      until(100, async () => {
        const isOver = Math.min(...counts()) > 0 && performance.now() - last() > QUIET_MS;
        return isOver
          ? undefined
          : `istiod still pushes: ${counts().filter((count) => count === 0).length} proxies have no routes; the last push was ${performance.now() - last()} ms ago`;
      });
    return {
      install: async (way) => {
        for (const collection of COLLECTIONS) await cluster.api.call('DELETE', collection);
        const items = [
          ...istioObjects(way === 'routes'),
          ...(way === 'envoy-filters' ? filters() : []),
        ];
        await cluster.kubectl(['apply', '-f', '-'], { input: list(items) });
        await sleep(QUIET_MS);
        await untilQuiet();
        return { objects: items.length, bytes: jsonBytes(items) };
      },
      sizes: () => ({ own: sizesOf(clients[0]), others: sizesOf(clients.at(-1)) }),
      measure: async (times) => {
        const pushes: Push[] = [];
        for (let time = 0; time < times; time += 1) {
          const before = counts();
          const processor = await processorTime(pid);
          const start = performance.now();
          const body = [{ op: 'add', path: '/spec/http/0/timeout', value: `${time + 1}s` }];
          await cluster.api.call('PATCH', PATH, {
            body,
            contentType: 'application/json-patch+json',
          });
          await until(
            120,
            async () => {
              const open = counts().filter((count, index) => count <= (before[index] ?? 0)).length;
              return open === 0 ? undefined : `${open} proxies have no routes yet`;
            },
            LOOK_MS,
          );
          const seconds = (last() - start) / 1000;
          await sleep(QUIET_MS / 3);
          pushes.push({ seconds, processor: ((await processorTime(pid)) - processor) / 1000 });
        }
        return pushes;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function connected(port: number, number: number): AdsClient {
  const name = `client-${number}`;
  const namespace = number < PROXIES.own ? NAMESPACE : OTHER;
  const labels = { app: name, [LABEL]: VALUES[number % VALUES.length] ?? '' };
  return startAdsClient({ port, number, name, namespace, labels, routes: [ROUTES] });
}

function sizesOf(client: AdsClient | undefined): Record<Resource, number> {
  const bytes = (resource: Resource) => client?.of(resource).bytes ?? 0;
  return { clusters: bytes('clusters'), listeners: bytes('listeners'), routes: bytes('routes') };
}
