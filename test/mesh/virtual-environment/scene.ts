import type { VirtualEnvironment } from '../../../src/api/virtualenvironment.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { DecisionConfig } from '../../../src/kinds/kinds.ts';
import type { HeaderList } from '../../../src/refs/carried.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { decisionConfig } from '../../support/decision-config.ts';
import type { Echo } from '../lib/echo.ts';
import type { Envoy } from '../lib/envoy.ts';
import { type Mesh, startMesh } from '../lib/mesh.ts';
import { sendRaw } from '../refs/envoy.ts';
import { type Caller, chainCalls } from './chain.ts';
import { injectingFilters } from './filters.ts';
import { installVirtualEnvironments, virtualEnvironmentRules, type Way } from './install.ts';
import {
  externalService,
  GATEWAY_LABELS,
  HEADER,
  LABEL,
  NAMESPACE,
  OTHER,
  PORT,
  virtualEnvironment,
  world,
} from './world.ts';

export const FLAGS = ['--virtual-environment-hosts=*.example.com'];
const ENVIRONMENTS = `/apis/env.alibaba.com/v1alpha2/namespaces/${NAMESPACE}/virtualenvironments`;

/** The proxies that tests send requests to. `stranger`: in the other namespace, with the label. */
export const CALLERS = ['client', 'js/dev', 'js/dev.proj1', 'stranger'] as const;
export type CallerName = (typeof CALLERS)[number];

export interface Answered {
  status: number;
  echo?: Echo;
}

export interface Scene {
  mesh: Mesh;
  proxies: ReadonlyMap<string, Envoy>;
  gateway: Envoy;
  /** Sends a request to a host, by the sidecar of a caller. */
  ask(caller: CallerName, host: string, headers: HeaderList): Promise<Answered>;
  /** The objects of the namespaces that `trace` reads. */
  objects(): Promise<KubeObject[]>;
  stop(): Promise<void>;
}

const IDENTITIES: Readonly<Record<string, { namespace: string; labels: Record<string, string> }>> =
  {
    client: { namespace: NAMESPACE, labels: { app: 'client' } },
    stranger: { namespace: OTHER, labels: { app: 'stranger', [LABEL]: 'dev.proj1' } },
    'js/dev': own('js', 'dev'),
    'js/dev.proj1': own('js', 'dev.proj1'),
    'go/dev': own('go', 'dev'),
    'go/dev.proj2': own('go', 'dev.proj2'),
  };

function own(app: string, version: string) {
  return { namespace: NAMESPACE, labels: { app, [LABEL]: version } };
}

const keyOf = ({ app, version }: Caller) => `${app}/${version}`;

/** Starts the mesh with the VirtualEnvironment. Returns when its routes are served. */
export async function openScene(way: Way): Promise<Scene> {
  const proxies = new Map<string, Envoy>();
  const callNext = chainCalls((caller) => proxies.get(keyOf(caller))?.portFor(PORT) ?? 0);
  const config: DecisionConfig = decisionConfig([...FLAGS, `--auto-injection=${way}`]);
  const mesh = await startMesh({
    system: { strategy: 'server-side-apply', config, rules: await virtualEnvironmentRules(way) },
    callNext,
    validates: true,
  });
  try {
    if (mesh.system === undefined) throw new Error('the mesh has no hook service');
    await installVirtualEnvironments(mesh.cluster, mesh.system.service, way);
    await apply(mesh, world());
    await untilAvailable(mesh);
    await apply(mesh, [externalService(await addressOf(mesh, 'elsewhere'))]);
    await apply(mesh, [virtualEnvironment()]);
    await untilReady(mesh);
    for (const [name, identity] of Object.entries(IDENTITIES)) {
      const { namespace, labels } = identity;
      const filters =
        way === 'envoy-filters' ? await injectingFilters(mesh, namespace, labels, PORT) : [];
      const options = { name: name.replaceAll(/[./]/g, '-'), namespace, labels };
      proxies.set(name, await mesh.startEnvoy({ ...options, httpFilters: filters }));
    }
    const gateway = await mesh.startEnvoy({
      name: 'web',
      namespace: NAMESPACE,
      labels: GATEWAY_LABELS,
      isGateway: true,
    });
    await Promise.all([gateway, ...proxies.values()].map((envoy) => envoy.untilReady()));
    const scene: Scene = {
      mesh,
      proxies,
      gateway,
      ask: async (caller, host, headers) => {
        const port = proxies.get(caller)?.portFor(PORT) ?? 0;
        const { status, body } = await sendRaw(port, `${host}:${PORT}`, headers);
        return { status, ...(status === 200 ? { echo: JSON.parse(body) as Echo } : {}) };
      },
      objects: () => objectsOf(mesh),
      stop: mesh.stop,
    };
    await untilServed(scene);
    return scene;
  } catch (error) {
    await mesh.stop();
    throw error;
  }
}

export async function apply({ cluster }: Mesh, items: readonly object[]): Promise<void> {
  const input = { apiVersion: 'v1', kind: 'List', items };
  await cluster.kubectl(['apply', '-f', '-'], { input });
}

async function untilAvailable({ cluster }: Mesh): Promise<void> {
  for (const namespace of [NAMESPACE, OTHER]) {
    const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
    await cluster.kubectl([...available, '-n', namespace, '--timeout=120s']);
  }
  const stateful = ['rollout', 'status', 'statefulset/java-dev', '-n', NAMESPACE];
  await cluster.kubectl([...stateful, '--timeout=120s']);
}

async function addressOf({ cluster }: Mesh, app: string): Promise<string> {
  const path = `/api/v1/namespaces/${OTHER}/pods?labelSelector=app%3D${app}`;
  const { items } = await cluster.api.call<{ items: { status: { podIP: string } }[] }>('GET', path);
  return items[0]?.status.podIP ?? '';
}

export async function statusOf({ cluster }: Mesh): Promise<VirtualEnvironment['status']> {
  const { status } = await cluster.api.call<VirtualEnvironment>('GET', `${ENVIRONMENTS}/demo`);
  return status;
}

async function untilReady(mesh: Mesh): Promise<void> {
  await until(120, async () => {
    const status = await statusOf(mesh);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    return ready?.status === 'True' ? undefined : `not Ready: ${JSON.stringify(status)}`;
  });
}

/** Waits until each sidecar routes by the header: Ready does not mean that every proxy has its last update. */
async function untilServed({ ask, gateway }: Scene): Promise<void> {
  for (const caller of CALLERS) {
    await until(60, async () => {
      const host = `java.${NAMESPACE}`;
      const { status, echo } = await ask(caller, host, [[HEADER, 'dev.proj1.feature1']]);
      const version = echo?.labels[LABEL] ?? `status ${status}`;
      return version === 'dev.proj1.feature1' ? undefined : `${caller}: ${version}`;
    });
  }
  await until(60, async () => {
    const { status } = await sendRaw(gateway.portFor(80), 'shop.example.com', []);
    return status === 200 ? undefined : `the gateway answers ${status}`;
  });
}

async function objectsOf({ cluster }: Mesh): Promise<KubeObject[]> {
  const kinds =
    'deployments,statefulsets,services,destinationrules.networking.istio.io,virtualservices.networking.istio.io';
  const text = await cluster.kubectl(['get', kinds, '-n', NAMESPACE, '-o', 'json']);
  return (JSON.parse(text) as { items: KubeObject[] }).items;
}
