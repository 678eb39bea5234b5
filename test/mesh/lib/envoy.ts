import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../e2e/control-plane/poll.ts';
import { freePorts } from '../../e2e/control-plane/ports.ts';
import { startProcess } from '../../e2e/control-plane/process.ts';
import { bootstrap, type Source } from './bootstrap.ts';

/** The service ports that every proxy of this suite serves. */
export const SERVICE_PORTS: readonly number[] = [80, 8080];

/** The data about a proxy's pod that Envoy sends to istiod. */
export interface ProxyIdentity {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** True for a gateway's proxy. It serves the Gateway objects whose selector matches its labels. */
  isGateway?: boolean;
}

export interface EnvoyOptions extends ProxyIdentity {
  /** Name of the proxy, unique within a mesh. The name of the proxy's folder contains it. */
  name: string;
  /** Path of Envoy's program. */
  program: string;
  /** The folder that contains the folders of all proxies. */
  folder: string;
  source: Source;
  /** Worker threads; default 1. */
  concurrency?: number;
  /** HTTP filters of its listeners, before those of this suite. Default: none. */
  httpFilters?: readonly object[];
}

export interface Envoy {
  name: string;
  identity: ProxyIdentity;
  /** The port on 127.0.0.1 that receives the requests to a service port (`80`, `8080`). */
  portFor(servicePort: number): number;
  admin: number;
  /** The JSON of a page of the admin interface, such as `/config_dump?include_eds`. */
  ask<T>(path: string): Promise<T>;
  /**
   * Waits until the proxy has its first routes and clusters. A gateway's proxy gets none before a Gateway object
   * selects it.
   */
  untilReady(): Promise<void>;
  stop(): Promise<void>;
}

/** The name of Istio's route table for a port; at a gateway `http.80`. */
export function routeNameOf(servicePort: number, isGateway: boolean): string {
  return isGateway ? `http.${servicePort}` : String(servicePort);
}

let count = 0;

/**
 * Starts Envoy as the proxy of a pod. The pod does not exist in the cluster: istiod knows it only from the data that
 * Envoy sends.
 */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  const { name, namespace, labels, isGateway = false, program, source, concurrency = 1 } = options;
  const { httpFilters = [] } = options;
  const folder = join(options.folder, `envoy-${name}`);
  await mkdir(folder, { recursive: true });
  const [admin = 0, ...ports] = await freePorts(1 + SERVICE_PORTS.length);
  count += 1;
  const listeners = SERVICE_PORTS.map((servicePort, index) => ({
    port: ports[index] ?? 0,
    routeName: routeNameOf(servicePort, isGateway),
  }));
  const type = isGateway ? 'router' : 'sidecar';
  const node = {
    id: `${type}~10.99.255.${count}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    cluster: `${name}.${namespace}`,
    metadata: {
      NAME: name,
      NAMESPACE: namespace,
      LABELS: labels,
      CLUSTER_ID: 'Kubernetes',
      ISTIO_VERSION: '1.30.3',
    },
  };
  const file = join(folder, 'envoy.json');
  await writeFile(file, JSON.stringify(bootstrap({ node, admin, listeners, source, httpFilters })));
  const flags = ['-c', file, '--concurrency', String(concurrency), '--disable-hot-restart'];
  const running = startProcess('envoy', program, [...flags, '-l', 'warning'], folder);
  const get = (path: string) => fetch(`http://127.0.0.1:${admin}${path}`);
  return {
    name,
    identity: { namespace, labels, isGateway },
    portFor: (servicePort) => {
      const index = SERVICE_PORTS.indexOf(servicePort);
      const port = ports[index];
      if (port === undefined)
        throw new Error(`proxies here serve ${SERVICE_PORTS}, not ${servicePort}`);
      return port;
    },
    admin,
    ask: async <T>(path: string) => (await (await get(path)).json()) as T,
    untilReady: () =>
      until(60, async () => {
        if (running.hasEnded()) throw new Error(`Envoy ${name} has ended: ${await running.tail()}`);
        return get('/ready').then(
          ({ status }) => (status === 200 ? undefined : `Envoy ${name}: /ready answers ${status}`),
          () => `Envoy ${name} does not listen yet`,
        );
      }),
    stop: running.stop,
  };
}
