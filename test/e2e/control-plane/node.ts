import { type Api, ApiFailure } from './api.ts';

/** Name of the simulated node, to which all pods are bound. It is only an object: no machine and no kubelet runs. */
export const NODE = 'stand-in';

/** Less than the 40 s after which the node controller of a cluster marks a node without heartbeats as not ready. */
const HEARTBEAT_MS = 10_000;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/**
 * Creates the node, and renews its status and its lease as a kubelet does. The node has no capacity, so the scheduler
 * of a cluster assigns no pods to it. Returns a function that stops the heartbeats.
 */
export async function startNode(api: Api): Promise<() => void> {
  const metadata = { name: NODE };
  await create(api, '/api/v1/nodes', { metadata });
  await create(api, LEASES, { metadata, spec: lease() });
  await beat(api);
  const timer = setInterval(() => {
    // If the API server is down, the next heartbeat reaches it.
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
    // 409: the object still exists from an earlier run.
    if (!(error instanceof ApiFailure && error.code === 409)) throw error;
  });
}
