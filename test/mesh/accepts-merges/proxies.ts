import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { freePorts } from '../../e2e/control-plane/ports.ts';
import { type Running, startProcess } from '../../e2e/control-plane/process.ts';
import type { VirtualHost } from '../accepts/route-config.ts';
import { bootstrap } from '../lib/bootstrap.ts';
import type { Istiod } from '../lib/istiod.ts';
import { NAMESPACE } from './judges.ts';

type Json = Record<string, unknown>;

/** What istiod sends to a proxy. The proxy itself may refuse it. */
export interface Sent {
  /** The gateway's route table, without its virtual hosts. */
  table: Json;
  virtualHosts: VirtualHost[];
  listeners: (Json & { name: string })[];
}

/** A proxy that asks istiod for everything, so that istiod's debugging page shows what it sends. */
export interface AdsProxy {
  sent(): Promise<Sent>;
  running: Running;
}

const ADS = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };

export async function startProxy(
  { folder }: ControlPlane,
  istiod: Istiod,
  program: string,
  type: 'router' | 'sidecar',
): Promise<AdsProxy> {
  const [admin = 0, port = 0] = await freePorts(2);
  const name = type === 'router' ? 'gw' : 'side';
  const node = {
    id: `${type}~10.99.254.${name.length}~${name}.${NAMESPACE}~${NAMESPACE}.svc.cluster.local`,
    cluster: `${name}.${NAMESPACE}`,
    metadata: {
      NAME: name,
      NAMESPACE,
      LABELS: { app: name },
      CLUSTER_ID: 'Kubernetes',
      ISTIO_VERSION: '1.30.3',
    },
  };
  const base = bootstrap({
    node,
    admin,
    listeners: type === 'router' ? [{ port, routeName: 'http.80' }] : [],
    source: { kind: 'ads', port: istiod.grpcPort },
  }) as { dynamic_resources: Json };
  const lds = type === 'router' ? {} : { lds_config: ADS };
  const config = { ...base, dynamic_resources: { ...base.dynamic_resources, ...lds } };
  const place = join(folder, `proxy-${name}`);
  await mkdir(place, { recursive: true });
  const file = join(place, 'envoy.json');
  await writeFile(file, JSON.stringify(config));
  const flags = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '-l', 'error'];
  const running = startProcess('envoy', program, flags, place);
  const sent = async () => {
    const id = `${name}.${NAMESPACE}`;
    const url = `http://127.0.0.1:${istiod.httpPort}/debug/config_dump?proxyID=${id}`;
    const answer = await fetch(url);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`istiod answers ${answer.status}: ${text.slice(0, 500)}`);
    return read(JSON.parse(text) as Dump);
  };
  await until(60, async () => {
    if (running.hasEnded()) throw new Error(`Envoy has ended: ${await running.tail()}`);
    return sent().then(
      () => undefined,
      (error: Error) => error.message,
    );
  });
  return { running, sent };
}

interface Dump {
  configs: {
    dynamicRouteConfigs?: { routeConfig: Json & { virtualHosts?: VirtualHost[] } }[];
    dynamicListeners?: { activeState: { listener: Json & { name: string } } }[];
  }[];
}

function read({ configs }: Dump): Sent {
  const tables = configs.flatMap(({ dynamicRouteConfigs = [] }) =>
    dynamicRouteConfigs.map(({ routeConfig }) => routeConfig),
  );
  const listeners = configs.flatMap(({ dynamicListeners = [] }) =>
    dynamicListeners.map(({ activeState }) => untyped(activeState.listener)),
  );
  const virtualHosts = tables.flatMap((table) => table.virtualHosts ?? []);
  const { virtualHosts: _, ...table } = untyped(tables[0] ?? {});
  // istiod sends them in a random order.
  return { table, virtualHosts: virtualHosts.sort(byName), listeners: listeners.sort(byName) };
}

function untyped<T extends Json>({ '@type': _, ...rest }: T): T {
  return rest as T;
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : 1;
}
