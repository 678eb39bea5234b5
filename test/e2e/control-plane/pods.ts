import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, ApiFailure } from './api.ts';
import { NODE, startNode } from './node.ts';
import { follow, type Versioned, type WatchEvent } from './watch.ts';

export interface Pod extends Versioned {
  metadata: Versioned['metadata'] & {
    namespace: string;
    labels?: Record<string, string>;
    ownerReferences?: { kind: string; name: string }[];
    deletionTimestamp?: string;
  };
  spec: {
    nodeName?: string;
    terminationGracePeriodSeconds?: number;
    containers: PodContainer[];
  };
}

export interface PodContainer {
  name: string;
  image: string;
  env?: { name: string; value?: string }[];
  startupProbe?: { httpGet?: HttpGet; periodSeconds?: number };
  lifecycle?: { preStop?: { httpGet?: HttpGet } };
}

export interface HttpGet {
  path?: string;
  port: number | string;
}

export interface PodOptions {
  /** Time from a pod's creation until it is Ready. Default: 0.2 s. */
  startSeconds?: number;
  /** Time from a pod's deletion timestamp until the pod is removed. Default: 0.1 s. */
  finishSeconds?: number;
  /** Returns the IP address of a pod. Default: another address of 10.99.0.0/16 for each pod. */
  address?: (pod: Pod) => string;
  /**
   * Starts a server at a pod's address, before the pod is Ready. Returns a function that stops the server; it is called
   * before the pod is removed.
   */
  serve?: (pod: Pod, address: string) => Promise<() => Promise<void>>;
  /**
   * Resolves when a pod has started; it is not Ready before. It must also resolve when the pod's server is stopped. Default: after
   * `startSeconds`.
   */
  started?: (pod: Pod) => Promise<void>;
}

export interface PodStandIn {
  /** Makes the pods of a Deployment or StatefulSet (`namespace/name`) not ready. Returns a function that makes them ready again. */
  failPods(deployment: string): () => void;
  stop(): void;
}

/**
 * Does for pods what scheduler and kubelet do: binds each pod to the simulated node, marks it Running and Ready after
 * `startSeconds`, and removes it `finishSeconds` after its deletion.
 */
export async function startPods(api: Api, options: PodOptions = {}): Promise<PodStandIn> {
  const { startSeconds = 0.2, finishSeconds = 0.1, address = nextAddress() } = options;
  const { started = () => sleep(startSeconds * 1000) } = options;
  const pods = new Map<string, Pod>();
  const doors = createDoors(options.serve, address);
  const unready = new Set<string>();
  const seen = new Set<string>();
  let stopped = false;
  const stopNode = await startNode(api);
  const settle = (pod: Pod) => report(api, pod, !unready.has(workloadOf(pod)), address(pod));
  const onEvent = ({ type, object }: WatchEvent<Pod>) => {
    const { uid = '', deletionTimestamp } = object.metadata;
    if (type === 'DELETED') {
      pods.delete(uid);
      doors.shut(object).catch((error: Error) => complain(object, error, stopped));
      return;
    }
    pods.set(uid, object);
    const step = deletionTimestamp === undefined ? 'start' : 'finish';
    if (seen.has(`${uid} ${step}`)) return;
    seen.add(`${uid} ${step}`);
    const work =
      step === 'start'
        ? start(api, object, started, doors, settle)
        : finish(api, object, finishSeconds, doors);
    work.catch((error: Error) => complain(object, error, stopped));
  };
  const unfollow = await follow<Pod>(api, '/api/v1/pods', onEvent);
  const refresh = (deployment: string) => {
    for (const pod of pods.values()) {
      if (workloadOf(pod) !== deployment || pod.metadata.deletionTimestamp !== undefined) continue;
      settle(pod).catch((error: Error) => complain(pod, error, stopped));
    }
  };
  return {
    failPods: (deployment) => {
      unready.add(deployment);
      refresh(deployment);
      return () => {
        unready.delete(deployment);
        refresh(deployment);
      };
    },
    stop: () => {
      stopped = true;
      unfollow();
      stopNode();
      for (const pod of pods.values()) void doors.shut(pod);
    },
  };
}

/** A different address for each pod, always the same for one pod. Nothing listens at it. */
function nextAddress(): (pod: Pod) => string {
  const given = new Map<string, string>();
  return ({ metadata: { uid = '' } }) => {
    const number = given.size + 1;
    const address = given.get(uid) ?? `10.99.${number >> 8}.${number & 255}`;
    given.set(uid, address);
    return address;
  };
}

interface Doors {
  open(pod: Pod): Promise<void>;
  shut(pod: Pod): Promise<void>;
}

/** The server of each pod. `shut` stops it only once, although several callers may call it. */
function createDoors(serve: PodOptions['serve'], address: (pod: Pod) => string): Doors {
  const open = new Map<string, () => Promise<void>>();
  return {
    open: async (pod) => {
      if (serve) open.set(pod.metadata.uid ?? '', await serve(pod, address(pod)));
    },
    shut: async ({ metadata: { uid = '' } }) => {
      const close = open.get(uid);
      open.delete(uid);
      await close?.();
    },
  };
}

/**
 * `namespace/name` of a pod's Deployment or StatefulSet. The name of a ReplicaSet is the Deployment's name, `-`, and a hash.
 */
function workloadOf({ metadata: { namespace, labels, ownerReferences } }: Pod): string {
  const owner = (kind: string) => ownerReferences?.find((one) => one.kind === kind)?.name;
  const hash = labels?.['pod-template-hash'];
  const replicaSet = owner('ReplicaSet') ?? '';
  const deployment = hash === undefined ? replicaSet : replicaSet.slice(0, -hash.length - 1);
  return `${namespace}/${owner('StatefulSet') ?? deployment}`;
}

const pathOf = ({ metadata: { namespace, name } }: Pod) =>
  `/api/v1/namespaces/${namespace}/pods/${name}`;

async function start(
  api: Api,
  pod: Pod,
  started: (pod: Pod) => Promise<void>,
  doors: Doors,
  settle: (pod: Pod) => Promise<void>,
): Promise<void> {
  if (pod.spec.nodeName === undefined) {
    const { namespace, name } = pod.metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name: NODE };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { namespace, name }, target };
    await api.call('POST', `${pathOf(pod)}/binding`, { body });
  }
  await doors.open(pod);
  await started(pod);
  await settle(pod);
}

async function report(api: Api, pod: Pod, isReady: boolean, podIP: string): Promise<void> {
  const status = isReady ? 'True' : 'False';
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: type.endsWith('Ready') ? status : 'True',
    lastTransitionTime: new Date().toISOString(),
  }));
  const containerStatuses = pod.spec.containers.map(({ name, image }) => {
    const state = { running: { startedAt: new Date().toISOString() } };
    return { name, image, imageID: '', ready: isReady, restartCount: 0, started: true, state };
  });
  const addresses = { podIP, podIPs: [{ ip: podIP }] };
  const body = { status: { phase: 'Running', ...addresses, conditions, containerStatuses } };
  const contentType = 'application/strategic-merge-patch+json';
  await api.call('PATCH', `${pathOf(pod)}/status`, { body, contentType });
}

async function finish(api: Api, pod: Pod, seconds: number, doors: Doors): Promise<void> {
  await sleep(seconds * 1000);
  await doors.shut(pod);
  const { uid } = pod.metadata;
  const body = { gracePeriodSeconds: 0, preconditions: { uid } };
  await api.call('DELETE', pathOf(pod), { body });
}

/**
 * Writes an error to standard error. It ignores 404 and 409, which mean that the pod was deleted meanwhile, and all
 * errors after `stop`.
 */
function complain(pod: Pod, error: Error, stopped: boolean): void {
  if (stopped) return;
  if (error instanceof ApiFailure && [404, 409].includes(error.code)) return;
  process.stderr.write(`pod stand-in, ${pathOf(pod)}: ${error.message}\n`);
}
