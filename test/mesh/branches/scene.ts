import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { HeaderList, Repeated } from '../../../src/refs/carried.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { decisionConfig } from '../../scenarios/lib/scenario.ts';
import type { Echo } from '../lib/echo.ts';
import type { Envoy } from '../lib/envoy.ts';
import { type Mesh, startMesh } from '../lib/mesh.ts';
import { sendRaw } from '../refs/envoy.ts';
import { chainCalls, versionsIn } from './chain.ts';
import { pickedVersions } from './expected.ts';
import { CHAIN, envs, GATEWAY_LABELS, NAMESPACE, PUBLIC_HOST, world } from './world.ts';

const CONFIG = decisionConfig({ refCarriers: 'header,baggage,cookie' });

/** How this mesh carries refs: the service's flags. */
export const REF_FLAGS = CONFIG;

export interface Scene {
  /** Sends a request to the gateway. Returns the versions that answered, in the order of the chain. */
  ask(headers: HeaderList): Promise<string[]>;
  /** The objects of the cluster that `trace` reads. */
  objects(): Promise<KubeObject[]>;
  /** How the proxies read repeated headers. */
  repeated(): Promise<Repeated>;
  stop(): Promise<void>;
}

/** Starts the mesh with the chain and the envs. Returns when all envs are Ready and their versions answer. */
export async function openScene(): Promise<Scene> {
  const sidecars = new Map<string, Envoy>();
  const callNext = chainCalls((service) => sidecars.get(service)?.portFor(80) ?? 0);
  const mesh = await startMesh({
    system: { strategy: 'server-side-apply', config: CONFIG },
    callNext,
  });
  try {
    const gateway = await install(mesh, sidecars);
    const ask = async (headers: HeaderList) => {
      const { status, body } = await sendRaw(gateway.portFor(80), PUBLIC_HOST, headers);
      return versionsIn(status, status === 200 ? (JSON.parse(body) as Echo) : undefined);
    };
    await untilServed(ask);
    return {
      ask,
      objects: () => traceObjects(mesh),
      repeated: () => repeatedBy(gateway),
      stop: mesh.stop,
    };
  } catch (error) {
    await mesh.stop();
    throw error;
  }
}

async function install(mesh: Mesh, sidecars: Map<string, Envoy>): Promise<Envoy> {
  const { kubectl } = mesh.cluster;
  const apply = (items: object[]) =>
    kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
  await apply(world());
  const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
  await kubectl([...available, '-n', NAMESPACE, '--timeout=120s']);
  // All versions of a service share one proxy: these routes do not depend on the labels of the caller.
  for (const app of CHAIN.slice(0, -1)) {
    const labels = { app };
    sidecars.set(app, await mesh.startEnvoy({ name: app, namespace: NAMESPACE, labels }));
  }
  const gateway = await mesh.startEnvoy({
    name: 'web',
    namespace: NAMESPACE,
    labels: GATEWAY_LABELS,
    isGateway: true,
  });
  await Promise.all([gateway, ...sidecars.values()].map((envoy) => envoy.untilReady()));
  await apply(envs());
  await untilReady(mesh);
  return gateway;
}

/** Waits until all envs are Ready. */
export async function untilReady({ cluster }: Mesh): Promise<void> {
  const path = '/apis/riskified.com/v1alpha1/dynamicenvs';
  await until(120, async () => {
    const { items } = await cluster.api.call<{ items: DynamicEnv[] }>('GET', path);
    const open = items.find(
      ({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True',
    );
    return open && `${open.metadata.name} is not Ready: ${JSON.stringify(open.status)}`;
  });
}

/** Waits until each proxy has the routes of each env: Ready does not mean that every proxy has its last update. */
async function untilServed(ask: Scene['ask']): Promise<void> {
  for (const ref of ['mp-101', 'mp-102']) {
    const headers = [['x-source-route', ref]] as const;
    const wanted = `${pickedVersions(headers, REF_FLAGS, 'joined')}`;
    await until(60, async () => {
      const versions = `${await ask(headers)}`;
      return versions === wanted ? undefined : `${ref}: ${versions}`;
    });
  }
}

/** The objects of the services' namespace that `trace` reads. */
export async function traceObjects({ cluster }: Mesh): Promise<KubeObject[]> {
  const kinds = [
    ...['deployments', 'services', 'dynamicenvs.riskified.com', 'routeinjections.riskified.com'],
    ...['destinationrules.networking.istio.io', 'virtualservices.networking.istio.io'],
  ];
  const text = await cluster.kubectl(['get', kinds.join(','), '-n', NAMESPACE, '-o', 'json']);
  return (JSON.parse(text) as { items: KubeObject[] }).items;
}

/** Envoy reads the values of a repeated header one by one since 1.39. */
async function repeatedBy(envoy: Envoy): Promise<Repeated> {
  const { version } = await envoy.ask<{ version: string }>('/server_info');
  const minor = Number(/\/1\.(\d+)\./.exec(version)?.[1]);
  if (Number.isNaN(minor)) throw new Error(`not a version of Envoy 1: ${version}`);
  return minor >= 39 ? 'each' : 'joined';
}
