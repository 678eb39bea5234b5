import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Api } from '../../e2e/control-plane/api.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import type { Envoy } from '../lib/envoy.ts';
import type { Mesh } from '../lib/mesh.ts';
import { send } from '../lib/request.ts';
import { CONFIGURATION_LABEL, type Configuration } from './generate/configuration.ts';
import { PROXIES, worldObjects } from './generate/world.ts';
import type { WithEnvs } from './simulated.ts';

const NETWORKING = '/apis/networking.istio.io/v1/namespaces';
const COLLECTIONS: Readonly<Record<string, (namespace: string) => string>> = {
  Service: (namespace) => `/api/v1/namespaces/${namespace}/services`,
  VirtualService: (namespace) => `${NETWORKING}/${namespace}/virtualservices`,
  DestinationRule: (namespace) => `${NETWORKING}/${namespace}/destinationrules`,
};

/** Creates namespaces, pods and gateways, and a proxy for each caller. */
export async function startScene(mesh: Mesh): Promise<Envoy[]> {
  const { kubectl } = mesh.cluster;
  const input = { apiVersion: 'v1', kind: 'List', items: worldObjects() };
  await kubectl(['apply', '-f', '-'], { input });
  const available = ['wait', '--for=condition=Available', 'deployment', '--all', '-A'];
  await kubectl([...available, '--timeout=120s']);
  const envoys: Envoy[] = [];
  for (const { name, namespace, labels, isGateway = false } of PROXIES) {
    envoys.push(await mesh.startEnvoy({ name, namespace, labels, isGateway }));
  }
  for (const envoy of envoys) await envoy.untilReady();
  return envoys;
}

/** Creates all objects of the configurations. Those in `newer` are created a second later. */
export async function install(api: Api, all: readonly Configuration[]): Promise<void> {
  await createAll(
    api,
    all.flatMap(({ services, older }) => [...services, ...older]),
  );
  // Creation times are whole seconds. After this wait, the next objects get a later time.
  await sleep(1100);
  await createAll(
    api,
    all.flatMap(({ newer }) => newer),
  );
}

/** Writes the injected routes into VirtualServices, and creates the envs' DestinationRules. */
export async function installEnvs(api: Api, all: readonly WithEnvs[]): Promise<void> {
  await createAll(
    api,
    all.flatMap(({ added }) => added),
  );
  await eachOf(
    all.flatMap(({ changed }) => changed),
    async ({ kind, metadata, spec }) => {
      const path = `${COLLECTIONS[kind]?.(metadata.namespace ?? '')}/${metadata.name}`;
      const contentType = 'application/merge-patch+json';
      await api.call('PATCH', path, { body: { spec }, contentType });
    },
  );
}

async function createAll(api: Api, objects: readonly KubeObject[]): Promise<void> {
  await eachOf(objects, async (object) => {
    const path = COLLECTIONS[object.kind]?.(object.metadata.namespace ?? '');
    if (path === undefined) throw new Error(`no collection for ${object.kind}`);
    await api.call('POST', path, { body: object });
  });
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 10 }, worker));
}

/** The stored objects of the configurations, in a stable order, reduced to the fields that affect requests. */
export async function storedObjects(api: Api): Promise<KubeObject[]> {
  const selector = `?labelSelector=${CONFIGURATION_LABEL}`;
  const paths: [string, string, string][] = [
    ['Service', 'v1', '/api/v1/services'],
    ['VirtualService', 'networking.istio.io/v1', '/apis/networking.istio.io/v1/virtualservices'],
    ['DestinationRule', 'networking.istio.io/v1', '/apis/networking.istio.io/v1/destinationrules'],
  ];
  const lists = await Promise.all(
    paths.map(async ([kind, apiVersion, path]) => {
      const { items } = await api.call<{ items: Stored[] }>('GET', path + selector);
      return items.map(({ metadata, spec }) => ({
        apiVersion,
        kind,
        metadata: {
          name: metadata.name,
          namespace: metadata.namespace ?? '',
          creationTimestamp: metadata.creationTimestamp ?? '',
          labels: metadata.labels ?? {},
          uid: metadata.uid ?? '',
        },
        spec: kind === 'Service' ? { selector: spec['selector'], ports: spec['ports'] } : spec,
      }));
    }),
  );
  return lists.flat();
}

interface Stored extends KubeObject {
  spec: Record<string, unknown>;
}

/**
 * Waits until istiod has pushed all earlier writes to every proxy. It creates one more VirtualService, waits until
 * every proxy has it, and then waits until no proxy gets an update for two seconds.
 */
export async function untilPushed(api: Api, envoys: readonly Envoy[], mark: string): Promise<void> {
  const host = `${mark}.example.com`;
  const vs = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: mark, namespace: 'east' },
    spec: {
      hosts: [host],
      gateways: [...new Set(PROXIES.map(({ gateway }) => gateway))],
      http: [{ name: mark, directResponse: { status: 200, body: { string: mark } } }],
    },
  };
  await createAll(api, [vs]);
  for (const envoy of envoys) {
    await until(120, async () => {
      const request = { method: 'GET', authority: host, path: '/', headers: {} };
      const { body } = await send(envoy.portFor(80), request);
      return body === mark ? undefined : `${envoy.name} does not know ${host} yet`;
    });
  }
  let before = '';
  await until(
    120,
    async () => {
      const now = await versions(envoys);
      const isSame = now === before;
      before = now;
      return isSame ? undefined : 'istiod still sends updates';
    },
    2000,
  );
}

/** The number of updates of each kind that each proxy has accepted. */
async function versions(envoys: readonly Envoy[]): Promise<string> {
  const stats = await Promise.all(
    envoys.map(async ({ admin }) =>
      (await fetch(`http://127.0.0.1:${admin}/stats?filter=update_success`)).text(),
    ),
  );
  return stats.join('\n');
}
