import { setTimeout as sleep } from 'node:timers/promises';
import type { Envs } from './envs.ts';
import { PUBLIC_HOST } from './gateway.ts';
import type { Merges } from './merges.ts';
import { linkName, refName } from './selections.ts';
import { dynamicEnv, matchesOf, NAMESPACE } from './world.ts';

/** Pause between two steps. In this time the env must get all its requests. */
const REST_MS = 1500;

/** All users whose requests go to an env of this name at some time. */
export const usersOf = (env: string): string[] => [env, `${env}-2`];

/** One life of an env: it is created, its image, match and replicas are changed, and it is deleted. */
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

/** The refs of an env of this name. One begins with the other. */
export const refsOf = (env: string): [string, string] => [`mp-${env}`, `mp-${env}2`];

/**
 * One life of an env with a ref: it is created, its image and its ref are changed, a match is added, the ref is removed
 * and added again, and the env is deleted.
 */
export async function liveWithRef(envs: Envs, env: string): Promise<void> {
  const [first, second] = refsOf(env);
  const subsets = [{ name: 'backend', namespace: NAMESPACE, containers: [{ image: 'backend:3' }] }];
  const step = async (write: Promise<void>) => {
    await write;
    await envs.untilReady(env);
    await sleep(REST_MS);
  };
  const [user = ''] = usersOf(env);
  await step(envs.create(env, refName(first), first));
  await step(envs.patch(env, refName(first), { subsets }));
  await step(envs.patch(env, refName(second), { ref: second }));
  await step(envs.patch(env, [refName(second), user], { istioMatches: matchesOf(user) }));
  await step(envs.patch(env, user, { ref: null }));
  await step(envs.patch(env, [refName(first), user], { ref: first }));
  await envs.remove(env);
  await envs.untilGone(env);
}

/**
 * One life of an env with links: it is created, its image is changed, the links are removed and added again with another ref, and the env
 * is deleted.
 */
export async function liveWithLinks(envs: Envs, env: string): Promise<void> {
  const [first, second] = refsOf(env);
  const entries = [{ host: PUBLIC_HOST }];
  const subsets = [{ name: 'backend', namespace: NAMESPACE, containers: [{ image: 'backend:3' }] }];
  const step = async (write: Promise<void>) => {
    await write;
    await envs.untilReady(env);
    await sleep(REST_MS);
  };
  const linked = (ref: string) => [refName(ref), linkName(ref)];
  const object = dynamicEnv(env, { ref: first });
  await step(envs.createAs({ ...object, spec: { ...object.spec, entries } }, linked(first)));
  await step(envs.patch(env, linked(first), { subsets }));
  await step(envs.patch(env, [refName(first)], { entries: null }));
  await step(envs.patch(env, linked(second), { ref: second, entries }));
  await envs.remove(env);
  await envs.untilGone(env);
}

/**
 * One life of a branch with a merge, as its pipeline does it: the pods come before the routes and go after them. The merge is created,
 * its match is changed, and it gets a second route.
 */
export async function liveMerged(merges: Merges, branch: string): Promise<void> {
  const [first = '', second = ''] = usersOf(branch);
  const step = async (users: readonly string[]) => {
    await merges.write(branch, users);
    await merges.untilMerged(branch);
    await sleep(REST_MS);
  };
  await merges.install(branch);
  await step([first]);
  await step([second]);
  await step([second, first]);
  await merges.remove(branch);
  await merges.untilGone(branch);
  await merges.uninstall(branch);
}

/** Repeats the life of an env with the same name while `isWanted` returns true. Returns the number of lives. */
export async function liveAgain(
  envs: Envs,
  env: string,
  isWanted: (lived: number) => boolean,
  life = live,
): Promise<number> {
  return again(() => life(envs, env), isWanted);
}

/** Repeats a life while `isWanted` returns true. Returns the number of lives. */
export async function again(
  life: () => Promise<void>,
  isWanted: (lived: number) => boolean,
): Promise<number> {
  let lived = 0;
  for (; isWanted(lived); lived += 1) await life();
  return lived;
}
