import { setTimeout as sleep } from 'node:timers/promises';
import type { Envs } from './envs.ts';
import { matchesOf, NAMESPACE } from './world.ts';

/** How long nothing changes between two steps, so that there are requests which an env must take. */
const REST_MS = 1500;

/** Users whose requests an env of this name takes at one time or another. */
export const usersOf = (env: string): string[] => [env, `${env}-2`];

/** One life of an env: created, changed in all that may change, deleted. */
export async function live(envs: Envs, env: string): Promise<void> {
  const [first = '', second = ''] = usersOf(env);
  const subset = (image: string, replicas: number) => ({
    subsets: [{ name: 'backend', namespace: NAMESPACE, replicas, containers: [{ image }] }],
  });
  const step = async (write: Promise<void>) => {
    await write;
    await envs.untilReady(env);
    await sleep(REST_MS);
  };
  await step(envs.create(env, first));
  await step(envs.patch(env, first, subset('backend:3', 1)));
  await step(envs.patch(env, second, { istioMatches: matchesOf(second) }));
  await step(envs.patch(env, second, subset('backend:3', 3)));
  await step(envs.patch(env, second, subset('backend:4', 2)));
  await envs.remove(env);
  await envs.untilGone(env);
}

/** Lives of an env of the same name, one after the other, while `isWanted`; answers how many. */
export async function liveAgain(
  envs: Envs,
  env: string,
  isWanted: (lived: number) => boolean,
): Promise<number> {
  let lived = 0;
  for (; isWanted(lived); lived += 1) await live(envs, env);
  return lived;
}
