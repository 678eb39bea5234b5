import { type Api, ApiFailure } from './api.ts';

/** The node that pods are bound to; there is nothing behind it. */
export const NODE = 'stand-in';

/** Well within the time after which a cluster's own node controller would take the node's pods to be lost (40 s). */
const HEARTBEAT_MS = 10_000;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** Makes the node and keeps it alive, as a kubelet would, until stopped. The scheduler finds no room on it. */
export async function startNode(api: Api): Promise<() => void> {
  const metadata = { name: NODE };
  await create(api, '/api/v1/nodes', { metadata });
  await create(api, LEASES, { metadata, spec: lease() });
  await beat(api);
  const timer = setInterval(() => {
    // An API server that is away hears the next one.
    beat(api).catch(() => undefined);
  }, HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function lease() {
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  return { holderIdentity: NODE, leaseDurationSeconds: 40, renewTime };
}

async function beat(api: Api): Promise<void> {
  const time = new Date().toISOString();
  const ready = { type: 'Ready', status: 'True', reason: 'StandIn', lastHeartbeatTime: time };
  const contentType = 'application/strategic-merge-patch+json';
  const status = { body: { status: { conditions: [ready] } }, contentType };
  await api.call('PATCH', `/api/v1/nodes/${NODE}/status`, status);
  await api.call('PATCH', `${LEASES}/${NODE}`, { body: { spec: lease() }, contentType });
}

async function create(api: Api, path: string, body: object): Promise<void> {
  await api.call('POST', path, { body }).catch((error: unknown) => {
    // It still exists from an earlier run.
    if (!(error instanceof ApiFailure && error.code === 409)) throw error;
  });
}
