import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { until } from '../../e2e/control-plane/poll.ts';
import { freePorts } from '../../e2e/control-plane/ports.ts';
import { startProcess } from '../../e2e/control-plane/process.ts';
import { bootstrap } from '../lib/bootstrap.ts';
import type { Echo } from '../lib/echo.ts';
import { findEnvoy } from '../lib/envoy-program.ts';
import type { Mesh } from '../lib/mesh.ts';
import { NAMESPACE } from './world.ts';

type Json = Record<string, unknown>;
export type Listener = Json & { name: string };

/**
 * An Envoy for listeners of tcp and tls. The suite's other proxies have static listeners; this one gets its listeners from istiod,
 * which shows them on a debugging page. Those of one Service can then be played by an Envoy that really listens.
 */
export interface StreamProxy {
  /** The listener of a Service's port, as istiod sends it to sidecars. */
  listener(service: string, port: number): Promise<Listener>;
  stop(): Promise<void>;
}

const ADS = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
let count = 0;

async function start(mesh: Mesh, name: string, change: (base: Json) => Json, admin: number) {
  count += 1;
  const folder = join(mesh.cluster.folder, `streams-${count}`);
  await mkdir(folder, { recursive: true });
  const node = {
    id: `sidecar~10.99.253.${count}~${name}.${NAMESPACE}~${NAMESPACE}.svc.cluster.local`,
    cluster: `${name}.${NAMESPACE}`,
    metadata: {
      NAME: name,
      NAMESPACE,
      LABELS: { app: 'client' },
      CLUSTER_ID: 'Kubernetes',
      ISTIO_VERSION: '1.30.3',
    },
  };
  const source = { kind: 'ads', port: mesh.istiod.grpcPort } as const;
  const file = join(folder, 'envoy.json');
  const config = change(bootstrap({ node, admin, listeners: [], source }) as Json);
  await writeFile(file, JSON.stringify(config));
  const flags = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '-l', 'warning'];
  const program = await findEnvoy(() => undefined);
  return startProcess('envoy', program, flags, folder);
}

export async function startStreamProxy(mesh: Mesh): Promise<StreamProxy> {
  const [admin = 0] = await freePorts(1);
  const name = 'streams';
  const withLds = (base: Json) => ({
    ...base,
    dynamic_resources: { ...(base['dynamic_resources'] as Json), lds_config: ADS },
  });
  const running = await start(mesh, name, withLds, admin);
  const url = `http://127.0.0.1:${mesh.istiod.httpPort}/debug/config_dump?proxyID=${name}.${NAMESPACE}`;
  const listeners = async (): Promise<Listener[]> => {
    const answer = await fetch(url);
    if (!answer.ok) return [];
    const { configs } = (await answer.json()) as {
      configs: { dynamicListeners?: { activeState: { listener: Listener } }[] }[];
    };
    return configs.flatMap(({ dynamicListeners = [] }) =>
      dynamicListeners.map(({ activeState }) => activeState.listener),
    );
  };
  return {
    listener: async (service, port) => {
      const path = `/api/v1/namespaces/${NAMESPACE}/services/${service}`;
      const { spec } = await mesh.cluster.api.call<{ spec: { clusterIP: string } }>('GET', path);
      let found: Listener | undefined;
      await until(60, async () => {
        found = (await listeners()).find((one) => one.name === `${spec.clusterIP}_${port}`);
        return found ? undefined : `istiod sends no listener for ${service}:${port}`;
      });
      if (found === undefined) throw new Error(`no listener for ${service}:${port}`);
      return found;
    },
    stop: running.stop,
  };
}

/** An Envoy that listens on 127.0.0.1 with the filter chains of a listener. */
export interface Played {
  port: number;
  /** Number of connections to each cluster so far, for clusters with connections. */
  connections(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

export async function play(mesh: Mesh, listener: Listener): Promise<Played> {
  const [admin = 0, port = 0] = await freePorts(2);
  // As istiod sends it, but at an address where it can listen without iptables.
  const { '@type': _type, bindToPort: _never, additionalAddresses: _more, ...rest } = listener;
  const address = { socketAddress: { address: '127.0.0.1', portValue: port } };
  const withListener = (base: Json) => ({
    ...base,
    static_resources: {
      ...(base['static_resources'] as Json),
      listeners: [{ ...rest, address }],
    },
  });
  const running = await start(mesh, `plays-${listener.name}`, withListener, admin);
  await until(60, async () => {
    if (running.hasEnded()) throw new Error(`Envoy has ended: ${await running.tail()}`);
    return fetch(`http://127.0.0.1:${admin}/ready`).then(
      ({ status }) => (status === 200 ? undefined : `/ready answers ${status}`),
      () => 'Envoy does not listen yet',
    );
  });
  return {
    port,
    connections: async () => {
      const filter = 'filter=^cluster\\.outbound.*upstream_cx_total$&format=json';
      const answer = await fetch(`http://127.0.0.1:${admin}/stats?${filter}`);
      const { stats } = (await answer.json()) as { stats: { name: string; value: number }[] };
      const used = stats.filter(({ value }) => value > 0);
      return Object.fromEntries(
        used.map(({ name, value }) => [/outbound\|.*?\|.*?\|([^.]+)/.exec(name)?.[1], value]),
      );
    },
    stop: running.stop,
  };
}

/** The version of the pod at the other end of a new connection, which speaks HTTP. */
export function versionBehind(port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, agent: false, path: '/' })
      .on('response', async (response) => {
        const echo = JSON.parse(await text(response)) as Echo;
        resolve(echo.labels['version']);
      })
      .on('error', reject)
      .end();
  });
}

/** Begins TLS with this name (SNI). The pods do not speak TLS, so the connection always ends without. */
export function greet(port: number, servername: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false });
    const end = () => {
      socket.destroy();
      resolve();
    };
    socket.setTimeout(3000, end);
    socket.on('error', end).on('close', () => resolve());
  });
}
