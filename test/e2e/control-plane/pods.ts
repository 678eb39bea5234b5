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
  spec: { nodeName?: string; containers: { name: string; image: string }[] };
}

export interface PodOptions {
  /** From a pod's appearance until it is Ready; default 0.2 s. */
  startSeconds?: number;
  /** From a pod's deletion until it is gone; default 0.1 s. */
  finishSeconds?: number;
  /** Address of the next pod. */
  address?: (pod: Pod) => string;
  /** Listens at a pod's address: opened before the pod is Ready, closed by what it answers when the pod has finished. */
  serve?: (pod: Pod, address: string) => Promise<() => Promise<void>>;
}

export interface PodStandIn {
  /** Pods of this Deployment (`namespace/name`) are not ready, until the function it answers is called. */
  failPods(deployment: string): () => void;
  stop(): void;
}

/**
 * Does for pods what scheduler and kubelet would: binds each to a node that is only a name, marks it Running and
 * Ready after a while, and lets it go some time after its deletion.
 */
export async function startPods(api: Api, options: PodOptions = {}): Promise<PodStandIn> {
  const { startSeconds = 0.2, finishSeconds = 0.1, address = nextAddress() } = options;
  const pods = new Map<string, Pod>();
  const doors = createDoors(options.serve, address);
  const unready = new Set<string>();
  const seen = new Set<string>();
  let stopped = false;
  const stopNode = await startNode(api);
  const settle = (pod: Pod) => report(api, pod, !unready.has(deploymentOf(pod)), address(pod));
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
        ? start(api, object, startSeconds, doors, settle)
        : finish(api, object, finishSeconds, doors);
    work.catch((error: Error) => complain(object, error, stopped));
  };
  const unfollow = await follow<Pod>(api, '/api/v1/pods', onEvent);
  const refresh = (deployment: string) => {
    for (const pod of pods.values()) {
      if (deploymentOf(pod) !== deployment || pod.metadata.deletionTimestamp !== undefined)
        continue;
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

/** An address that belongs to no one here; a pod keeps its own. */
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

/** The listener of each pod. It is closed only once, although several callers may ask for it. */
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

/** A Deployment's pods are named after its ReplicaSet, which is named after it. */
function deploymentOf({ metadata: { namespace, labels, ownerReferences } }: Pod): string {
  const owner = ownerReferences?.find(({ kind }) => kind === 'ReplicaSet')?.name ?? '';
  const hash = labels?.['pod-template-hash'];
  return `${namespace}/${hash === undefined ? owner : owner.slice(0, -hash.length - 1)}`;
}

const pathOf = ({ metadata: { namespace, name } }: Pod) =>
  `/api/v1/namespaces/${namespace}/pods/${name}`;

async function start(
  api: Api,
  pod: Pod,
  seconds: number,
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
  await sleep(seconds * 1000);
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

/** A pod that went while we were at it, or an API server that is away, is no mistake; anything else must be seen. */
function complain(pod: Pod, error: Error, stopped: boolean): void {
  if (stopped) return;
  if (error instanceof ApiFailure && [404, 409].includes(error.code)) return;
  process.stderr.write(`pod stand-in, ${pathOf(pod)}: ${error.message}\n`);
}
