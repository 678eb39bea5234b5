import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamicEnv } from '../../../../src/api/dynamicenv.ts';
import type { VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { until } from '../../../e2e/control-plane/poll.ts';
import { follow, type WatchEvent } from '../../../e2e/control-plane/watch.ts';
import { branchObjects, mergeOf } from './branch.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { NAMESPACE } from './world.ts';

const MERGES = `/apis/istiomerger.monime.sl/v1alpha1/namespaces/${NAMESPACE}/virtualservicemerges`;
const TARGET = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices/backend`;
const READY_SECONDS = 240;
/**
 * A merge's status says what the VirtualService has, and does not wait for the proxies. They get it within this time, or the request counts
 * as wrong. It is the default settle time.
 */
const PROXIES_MS = 3000;
const LOOK_MS = 50;

/** Branches with a Deployment, a Service and a VirtualServiceMerge of their own. */
export interface Merges {
  timeline: Timeline;
  /** Installs the branch's Deployment and Service, and waits for its pods. */
  install(branch: string): Promise<void>;
  uninstall(branch: string): Promise<void>;
  /** Writes the merge; then the branch gets the requests of these users. */
  write(branch: string, users: readonly string[]): Promise<void>;
  remove(branch: string): Promise<void>;
  untilMerged(branch: string): Promise<void>;
  untilGone(branch: string): Promise<void>;
  stop(): void;
}

export async function followMerges({ api, kubectl }: Cluster): Promise<Merges> {
  const timeline = createTimeline();
  let isStopped = false;
  const untilRoutesLeft = (branch: string) =>
    until(
      READY_SECONDS,
      async () => {
        if (isStopped) return undefined;
        const { spec } = await api.call<VirtualService>('GET', TARGET);
        const start = `virtual-service-merge-${NAMESPACE}_${branch}_`;
        const left = spec.http?.find(({ name }) => name?.startsWith(start));
        return left && `${left.name} is still there`;
      },
      LOOK_MS,
    );
  const observe = async (event: WatchEvent<VirtualServiceMerge>) => {
    if (event.type === 'DELETED') await untilRoutesLeft(event.object.metadata.name);
    await sleep(PROXIES_MS);
    timeline.observe({ type: event.type, object: asEnv(event.object) });
  };
  // One after the other, because a deletion is observed later than other events.
  const last = new Map<string, Promise<void>>();
  const stop = await follow<VirtualServiceMerge & { metadata: { resourceVersion: string } }>(
    api,
    MERGES,
    (event) => {
      const { name } = event.object.metadata;
      const before = last.get(name) ?? Promise.resolve();
      last.set(
        name,
        Promise.all([before, observe(event)]).then(() => undefined),
      );
    },
  );
  const seen = (branch: string, what: string, check: (branch: string) => boolean) =>
    until(
      READY_SECONDS,
      async () =>
        check(branch) ? undefined : `${branch} is not ${what}: ${timeline.describe(branch)}`,
      LOOK_MS,
    );
  const each = async (verb: string[], branch: string) => {
    const input = { apiVersion: 'v1', kind: 'List', items: branchObjects(branch) };
    await kubectl([...verb, '-f', '-'], { input });
  };
  return {
    timeline,
    install: async (branch) => {
      await each(['apply'], branch);
      const deployment = [`deployment/branch-${branch}`, '-n', NAMESPACE];
      await kubectl(['rollout', 'status', ...deployment, '--timeout=120s']);
      await sleep(PROXIES_MS);
    },
    uninstall: (branch) => each(['delete', '--wait=false'], branch),
    write: (branch, users) =>
      timeline.change(branch, users, async () => {
        const input = mergeOf(branch, users);
        await kubectl(['apply', '-f', '-'], { input });
        return asEnv(await api.call<VirtualServiceMerge>('GET', `${MERGES}/${branch}`));
      }),
    remove: (branch) => timeline.remove(branch, () => api.call('DELETE', `${MERGES}/${branch}`)),
    untilMerged: (branch) => seen(branch, 'merged', timeline.isReady),
    untilGone: (branch) => seen(branch, 'gone', timeline.isGone),
    stop: () => {
      isStopped = true;
      stop();
    },
  };
}

/** The timeline reads generation, uid and the condition Ready only. */
function asEnv({ metadata, status }: VirtualServiceMerge): DynamicEnv {
  const merged = status?.conditions?.find(({ type }) => type === 'Merged');
  const { observedGeneration } = status ?? {};
  const conditions = merged === undefined ? [] : [{ ...merged, type: 'Ready', observedGeneration }];
  return { metadata, status: { conditions } } as unknown as DynamicEnv;
}
