import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../src/k8s/object.ts';
import { until } from '../../test/e2e/control-plane/poll.ts';
import { follow } from '../../test/e2e/control-plane/watch.ts';
import { processorTime } from '../lib/process.ts';
import type { HookFigures } from './hook-orders.ts';
import { type Requests, requestsBetween } from './requests.ts';
import { envManifest } from './shop.ts';
import type { Stage } from './stage.ts';

const ENVS = '/apis/riskified.com/v1alpha1/dynamicenvs';
/** Number of concurrent requests that this bench sends to the API server. */
const HANDS = 10;
const PATIENCE_SECONDS = 300;
/** Metacontroller may still work after the last env is Ready or gone. Its work in this time is counted, too. */
const AFTERWARDS_MS = 2_000;

export interface EnvPlan {
  name: string;
  /** Index of the service whose Deployment the env clones. */
  service: number;
}

/** The cost from the first request until all envs are Ready, or until all are gone. */
export interface Leg {
  seconds: number;
  requests: Requests;
  hooks: HookFigures;
  /** Seconds of processor time of Metacontroller and of the API server. */
  cpu: { metacontroller: number; apiServer: number };
}

export interface Course {
  create(envs: readonly EnvPlan[]): Promise<Leg>;
  remove(envs: readonly EnvPlan[]): Promise<Leg>;
  stop(): void;
}

type Env = KubeObject & { status?: { state?: string } };

/** Creates and deletes envs, and measures the cost until all are Ready, or until all are gone. */
export async function startCourse(stage: Stage): Promise<Course> {
  const { api } = stage.cluster;
  const states = new Map<string, { state: string; at: number }>();
  const unfollow = await follow<Env>(api, ENVS, ({ type, object: { metadata, status } }) => {
    const state = type === 'DELETED' ? 'gone' : (status?.state ?? '');
    if (states.get(metadata.name)?.state !== state)
      states.set(metadata.name, { state, at: Date.now() });
  });
  const leg = async (
    envs: readonly EnvPlan[],
    state: string,
    act: (env: EnvPlan) => Promise<unknown>,
  ): Promise<Leg> => {
    await stage.service.figures();
    const before = await processorSeconds(stage);
    const start = Date.now();
    await byHands(envs, act);
    await until(PATIENCE_SECONDS, async () => {
      const late = envs.filter(({ name }) => states.get(name)?.state !== state);
      const [first] = late;
      return first === undefined ? undefined : `${late.length} are not ${state}: ${first.name}`;
    });
    const end = Math.max(...envs.map(({ name }) => states.get(name)?.at ?? Number.NaN));
    await sleep(AFTERWARDS_MS);
    const after = await processorSeconds(stage);
    return {
      seconds: (end - start) / 1000,
      requests: requestsBetween(await stage.cluster.auditLog(), start, Date.now()),
      hooks: await stage.service.figures(),
      cpu: {
        metacontroller: after.metacontroller - before.metacontroller,
        apiServer: after.apiServer - before.apiServer,
      },
    };
  };
  return {
    create: (envs) =>
      leg(envs, 'ready', ({ name, service }) =>
        api.call('POST', ENVS, { body: envManifest(name, service) }),
      ),
    remove: (envs) => leg(envs, 'gone', ({ name }) => api.call('DELETE', `${ENVS}/${name}`)),
    stop: unfollow,
  };
}

/** Processor time of each process in seconds. */
async function processorSeconds({ cluster: { folder } }: Stage) {
  const seconds = async (name: string) => {
    const pid = await readFile(join(folder, `${name}.pid`), 'utf8');
    return (await processorTime(Number(pid))) / 1000;
  };
  return {
    metacontroller: await seconds('metacontroller'),
    apiServer: await seconds('kube-apiserver'),
  };
}

/** Calls `act` for each item. Ten calls run at the same time. */
export async function byHands<T>(
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = [...items];
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: HANDS }, work));
}
