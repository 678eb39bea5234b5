import { type IncomingMessage, request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import type { VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { decisionConfig } from '../../scenarios/lib/scenario.ts';
import { traceObjects, untilReady } from '../branches/scene.ts';
import { GATEWAY_LABELS, NAMESPACE } from '../branches/world.ts';
import type { Echo } from '../lib/echo.ts';
import type { Envoy } from '../lib/envoy.ts';
import { type Mesh, startMesh } from '../lib/mesh.ts';
import { ENTRY_HOSTS, envs, SERVED, secondOfPair, world } from './istiod-world.ts';

/** The service's flags. */
export const CONFIG = decisionConfig({ entryHosts: ENTRY_HOSTS });

/** An answer of the gateway. `headers`: several of one name are in one list. `echo`: absent if the gateway itself answered. */
export interface EntryAnswer {
  status: number;
  headers: Record<string, string[]>;
  echo?: Echo;
}

export interface EntryRequest {
  host: string;
  path: string;
  headers?: Record<string, string>;
}

export interface Scene {
  ask(request: EntryRequest): Promise<EntryAnswer>;
  gateway: Envoy;
  /** The objects of the cluster that `trace` reads. */
  objects(): Promise<KubeObject[]>;
  virtualService(name: string): Promise<VirtualService>;
  /** Creates the envs. Returns when they are Ready, and each of these links sets its cookie. */
  createEnvs(links: readonly EntryRequest[]): Promise<void>;
  /** Deletes the envs. Returns when none of these links sets a cookie any more. */
  deleteEnvs(links: readonly EntryRequest[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the mesh with the gateway, and without envs. */
export async function openScene(): Promise<Scene> {
  const mesh = await startMesh({ system: { strategy: 'server-side-apply', config: CONFIG } });
  try {
    const gateway = await install(mesh);
    const ask: Scene['ask'] = (request) => asked(gateway.portFor(80), request);
    await untilServed(ask);
    return {
      ask,
      gateway,
      objects: () => traceObjects(mesh),
      virtualService: async (name) =>
        JSON.parse(
          await mesh.cluster.kubectl(['get', 'vs', name, '-n', NAMESPACE, '-o', 'json']),
        ) as VirtualService,
      createEnvs: async (requests) => {
        await apply(mesh, envs());
        await untilReady(mesh);
        for (const request of requests) await untilCookie(ask, request, true);
      },
      deleteEnvs: async (requests) => {
        await mesh.cluster.kubectl(['delete', 'dynamicenvs', '--all', '--timeout=120s']);
        for (const request of requests) await untilCookie(ask, request, false);
      },
      stop: mesh.stop,
    };
  } catch (error) {
    await mesh.stop();
    throw error;
  }
}

/** Waits until each service answers by each VirtualService. */
async function untilServed(ask: Scene['ask']): Promise<void> {
  for (const [host, path, service] of SERVED) {
    await until(60, async () => {
      const { status, echo } = await ask({ host, path });
      return echo?.labels['app'] === service ? undefined : `${host}${path}: ${status}`;
    });
  }
}

/** Waits until the answer sets a cookie of a link, or until it does not. */
function untilCookie(ask: Scene['ask'], request: EntryRequest, wanted: boolean): Promise<void> {
  return until(90, async () => {
    const { status, headers } = await ask(request);
    const cookies = headers['set-cookie'] ?? [];
    if (cookies.some((one) => one.startsWith('x-source-route=')) === wanted) return undefined;
    return `${JSON.stringify(request)}: ${status} ${JSON.stringify(headers)}`;
  });
}

const apply = ({ cluster }: Mesh, items: object[]) =>
  cluster.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });

async function install(mesh: Mesh): Promise<Envoy> {
  await apply(mesh, world());
  const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
  await mesh.cluster.kubectl([...available, '-n', NAMESPACE, '--timeout=120s']);
  await apply(mesh, [secondOfPair()]);
  const gateway = await mesh.startEnvoy({
    name: 'web',
    namespace: NAMESPACE,
    labels: GATEWAY_LABELS,
    isGateway: true,
  });
  await gateway.untilReady();
  return gateway;
}

async function asked(
  port: number,
  { host, path, headers = {} }: EntryRequest,
): Promise<EntryAnswer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    send({ host: '127.0.0.1', port, path, headers: { ...headers, host }, agent: false })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
  const body = await text(answer);
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(answer.headersDistinct).map(([name, values]) => [name, values ?? []]),
    ),
    ...(body.startsWith('{') ? { echo: JSON.parse(body) as Echo } : {}),
  };
}
