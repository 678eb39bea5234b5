import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { until } from '../../../control-plane/poll.ts';
import { metacontrollerWrites } from './count.ts';
import { record } from './figures.ts';
import { watchRequests } from './requests.ts';
import { dynamicEnv } from './shop.ts';
import { look, unready } from './sight.ts';
import {
  close,
  HEAL_SECONDS,
  heal,
  openStage,
  rewrite,
  type Stage,
  type Theatre,
} from './stage.ts';
import { type LazyTheatre, oneByOne } from './suite.ts';
import { apply, read, remove } from './writes.ts';

const ENVS = Array.from({ length: 30 }, (_, index) => `storm-${index}`);
const PAUSE_MS = 300;

/** Many at once, while a tool writes what is in its repository again and again. */
export function stormFault(theatre: LazyTheatre): void {
  oneByOne(
    '30 envs come and go at once while a GitOps tool rewrites their VirtualService',
    async () => storm(await theatre.get()),
  );
}

async function storm(theatre: Theatre): Promise<void> {
  const stage = await openStage(theatre, 'storm');
  const { api, env: namespace } = stage;
  const watched = watchRequests(theatre.history, namespace, 'storm-0');
  const since = new Date();
  const tool = startTool(stage);
  await Promise.all(ENVS.map((name) => apply(api, dynamicEnv(name, namespace))));
  const ready = until(HEAL_SECONDS, async () =>
    firstOf(ENVS.map(async (name) => unready(await look(api, name, namespace), name, 'backend:2'))),
  );
  await heal(stage, '30 envs created at once, all of them ready', ready);
  await Promise.all(ENVS.map((name) => remove(api, 'DynamicEnv', undefined, name)));
  const gone = until(HEAL_SECONDS, async () =>
    firstOf(
      ENVS.map(async (name) =>
        (await read(api, 'DynamicEnv', undefined, name)) ? `${name} is still there` : undefined,
      ),
    ),
  );
  await heal(stage, '30 envs deleted at once, all of them gone', gone);
  await tool.stop();
  const value = await metacontrollerWrites(theatre.cluster, {
    resource: 'virtualservices',
    namespace,
    since,
  });
  await record({
    strategy: theatre.strategy,
    figure: '30 envs created and deleted, Metacontroller on their VirtualService',
    value,
    unit: 'writes',
  });
  await close(stage);
  watched.stop();
  expect(watched.problems()).toEqual([]);
}

async function firstOf(checks: Promise<string | undefined>[]): Promise<string | undefined> {
  return (await Promise.all(checks)).find((problem) => problem !== undefined);
}

function startTool(stage: Stage): { stop(): Promise<void> } {
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      await rewrite(stage);
      await sleep(PAUSE_MS);
    }
  };
  const running = run();
  // Seen when it is stopped.
  running.catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
