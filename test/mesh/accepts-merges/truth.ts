import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { installCrds } from '../../e2e/control-plane/crds.ts';
import type { Row } from '../../support/merged-routes/row.ts';
import { bootstrap, bootstrapRefusal, tableBootstrap } from '../accepts/validate.ts';
import { ISTIO_MAX_PROGRAM } from '../lib/bootstrap.ts';
import { type Istiod, startIstiod } from '../lib/istiod.ts';
import {
  create,
  istiodRefusal,
  NAMESPACE,
  schemaRefusal,
  type VirtualServiceObject,
} from './judges.ts';
import { type OwnRow, ownRow } from './own-row.ts';
import { type AdsProxy, type Sent, startProxy } from './proxies.ts';

/** Who refuses a row, and why. `unseen`: no proxy got anything of it. */
export interface Verdict {
  row: OwnRow;
  by: 'schema' | 'istiod' | 'envoy' | 'nobody';
  why?: string;
  unseen?: boolean;
}

interface Programs {
  istiod: string;
  envoy: string;
}

/**
 * Asks the VirtualService CRD in a real API server, then istiod's validating webhook, then Envoy about each row. Envoy
 * gets each row's routes alone, as istiod sends them.
 */
export async function truthOf(rows: readonly Row[], programs: Programs): Promise<Verdict[]> {
  const ends: (() => Promise<void>)[] = [];
  try {
    const cluster = await startControlPlane();
    ends.push(cluster.stop);
    await installCrds(cluster, 'istio');
    const istiod = await startIstiod(cluster, programs.istiod, { webhooksOnHttp: true });
    ends.push(istiod.running.stop);
    await cluster.kubectl(['create', 'namespace', NAMESPACE]);
    await createGateway(cluster);
    const verdicts: Verdict[] = [];
    for (const [index, row] of rows.entries()) {
      verdicts.push(await beforeEnvoy(ownRow(row, index), cluster, istiod));
    }
    const proxies = {
      gateway: await startProxy(cluster, istiod, programs.envoy, 'router'),
      sidecar: await startProxy(cluster, istiod, programs.envoy, 'sidecar'),
    };
    ends.push(proxies.gateway.running.stop, proxies.sidecar.running.stop);
    const atGateway = await settled(proxies.gateway);
    const atSidecar = await settled(proxies.sidecar);
    return await Promise.all(
      inTurn(verdicts, (verdict) => withEnvoy(verdict, atGateway, atSidecar, programs.envoy)),
    );
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function beforeEnvoy(row: OwnRow, cluster: ControlPlane, istiod: Istiod): Promise<Verdict> {
  const object = objectOf(row);
  const schema = await schemaRefusal(cluster, object);
  if (schema !== undefined) return { row, by: 'schema', why: schema };
  const webhook = await istiodRefusal(istiod, object);
  if (webhook !== undefined) return { row, by: 'istiod', why: webhook };
  await create(cluster, object);
  if (row.isL4) await createService(cluster, row);
  return { row, by: 'nobody' };
}

async function withEnvoy(
  verdict: Verdict,
  atGateway: Sent,
  atSidecar: Sent,
  program: string,
): Promise<Verdict> {
  if (verdict.by !== 'nobody') return verdict;
  const { row } = verdict;
  const hosts = atGateway.virtualHosts.filter(({ domains }) => domains.includes(row.host));
  const listeners = atSidecar.listeners.filter(({ name }) => name.startsWith(`${row.address}_`));
  if (hosts.length + listeners.length === 0) return { ...verdict, unseen: true };
  const table = { ...atGateway.table, virtualHosts: hosts };
  const config = row.isL4
    ? { ...bootstrap([], ISTIO_MAX_PROGRAM), static_resources: { listeners } }
    : tableBootstrap(table, ISTIO_MAX_PROGRAM);
  const why = await bootstrapRefusal(program, config);
  return why === undefined ? verdict : { row, by: 'envoy', why };
}

/** What istiod sends when it sends the same twice. */
async function settled(proxy: AdsProxy): Promise<Sent> {
  let before = '';
  for (;;) {
    const sent = await proxy.sent();
    const text = JSON.stringify(sent);
    if (text === before && sent.virtualHosts.length + sent.listeners.length > 0) return sent;
    before = text;
    await sleep(2000);
  }
}

/** Two at a time: an Envoy needs one processor. */
function inTurn<A, B>(list: readonly A[], work: (one: A) => Promise<B>): Promise<B>[] {
  const turns: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  return list.map((one, index) => {
    const turn = (turns[index % 2] ?? Promise.resolve()).then(() => work(one));
    turns[index % 2] = turn;
    return turn;
  });
}

function objectOf(row: OwnRow): VirtualServiceObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: row.id, namespace: NAMESPACE },
    spec: {
      ...(row.hosts.length > 0 ? { hosts: row.hosts } : {}),
      ...(row.gateways.length > 0 ? { gateways: row.gateways } : {}),
      ...row.patch,
    },
  };
}

async function createGateway({ api }: ControlPlane): Promise<void> {
  const servers = [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }];
  const body = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'gw', namespace: NAMESPACE },
    spec: { selector: { app: 'gw' }, servers },
  };
  await api.call('POST', `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/gateways`, { body });
}

/** A service with an address of its own, so that the sidecar has listeners for this row alone. */
async function createService({ api }: ControlPlane, row: OwnRow): Promise<void> {
  const body = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: row.id, namespace: NAMESPACE },
    spec: {
      hosts: row.hosts,
      addresses: [row.address],
      ports: [
        { number: 9000, name: 'tcp', protocol: 'TCP' },
        { number: 443, name: 'tls', protocol: 'TLS' },
      ],
      resolution: 'STATIC',
      endpoints: [{ address: '10.99.0.9' }],
    },
  };
  const path = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/serviceentries`;
  await api.call('POST', path, { body });
}
