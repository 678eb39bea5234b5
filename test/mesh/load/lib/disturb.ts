import { setTimeout as sleep } from 'node:timers/promises';
import { rollBase } from './base.ts';
import type { Tool } from './gitops.ts';
import type { Scene } from './scene.ts';

const REST_MS = 8000;
const AWAY_MS = 5000;

/** How often each disturbance happened. */
export type Disturbances = Record<'base rolled' | 'hooks killed' | 'Metacontroller killed', number>;

/**
 * Disturbs the cluster while envs live, until `isOver` returns true. In turns, it replaces the base's pods, kills
 * Metacontroller, and kills the hook service. The GitOps tool is paused while the hook service is down: the API server
 * would accept its writes without our routes, as in any cluster whose webhook is down.
 */
export async function disturb(
  { cluster, system }: Scene,
  tool: Tool,
  isOver: () => boolean,
): Promise<Disturbances> {
  const done: Disturbances = { 'base rolled': 0, 'hooks killed': 0, 'Metacontroller killed': 0 };
  const ways: [keyof Disturbances, () => Promise<void>][] = [
    ['base rolled', () => rollBase(cluster)],
    [
      'Metacontroller killed',
      async () => {
        const start = await system.killMetacontroller();
        await sleep(AWAY_MS);
        await start();
      },
    ],
    [
      'hooks killed',
      async () => {
        const resume = await tool.pause();
        const open = await system.service.kill();
        await sleep(AWAY_MS);
        await open();
        resume();
      },
    ],
  ];
  while (!isOver()) {
    for (const [name, way] of ways) {
      await sleep(REST_MS);
      if (isOver()) break;
      await way();
      done[name] += 1;
    }
  }
  return done;
}
