import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { until } from '../../../control-plane/poll.ts';
import { recordFigure } from '../../../lib/figures.ts';
import { metacontrollerWrites } from './count.ts';
import {
  close,
  type FaultCase,
  heal,
  type ObservedSystem,
  openCase,
  rewrite,
} from './fault-case.ts';
import { watchRequests } from './requests.ts';
import { dynamicEnv } from './shop.ts';
import { lookAll, type Sight, unready } from './sight.ts';
import { type LazyTheatre, oneByOne } from './suite.ts';
import { apply, remove } from './writes.ts';

const ENVS = Array.from({ length: 30 }, (_, index) => `storm-${index}`);
/** A longer limit than for recovery: here no fault is caused, but 30 envs need more time than one. */
const PATIENCE_SECONDS = 240;
/** Pause between two writes of the VirtualService: much shorter than a GitOps tool's. */
const PAUSE_MS = 500;

/** Many envs at once, while a GitOps tool writes the VirtualService of its repository again and again. */
export function stormFault(observed: LazyTheatre): void {
  oneByOne(
    '30 envs come and go at once while a GitOps tool rewrites the VirtualService',
    async () => storm(await observed.get()),
  );
}

async function storm(observed: ObservedSystem): Promise<void> {
  const { cluster, history, strategy } = observed;
  const faultCase = await openCase(observed, 'storm');
  const { api, env: namespace } = faultCase;
  const watched = watchRequests(history, namespace, 'storm-0');
  const since = new Date();
  const tool = startTool(faultCase);
  const everyOne = (problem: (sight: Sight, name: string) => string | undefined) =>
    until(PATIENCE_SECONDS, async () => {
      const sightOf = await lookAll(api, namespace);
      const problems = ENVS.flatMap((name) => problem(sightOf(name), name) ?? []);
      return problems[0] === undefined ? undefined : `${problems.length} envs: ${problems[0]}`;
    });
  await Promise.all(ENVS.map((name) => apply(api, dynamicEnv(name, namespace))));
  const ready = everyOne((sight, name) => unready(sight, name, 'backend:2'));
  await heal(faultCase, '30 envs created at once', ready);
  await Promise.all(ENVS.map((name) => remove(api, 'DynamicEnv', undefined, name)));
  const gone = everyOne(({ env }, name) =>
    env === undefined ? undefined : `${name} still exists`,
  );
  await heal(faultCase, '30 envs deleted at once', gone);
  await tool.stop();
  const counted = { resource: 'virtualservices', namespace, since };
  const writes = await metacontrollerWrites(cluster, counted);
  const what = 'writes of the one VirtualService while 30 envs came and went';
  const value = `${writes} by Metacontroller, ${faultCase.version.at} by a GitOps tool`;
  recordFigure({ what, strategy, value });
  await close(faultCase);
  watched.stop();
  expect(watched.problems()).toEqual([]);
}

function startTool(faultCase: FaultCase): { stop(): Promise<void> } {
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      await rewrite(faultCase);
      await sleep(PAUSE_MS);
    }
  };
  const running = run();
  // `stop` awaits the same promise, and reports its error.
  running.catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
