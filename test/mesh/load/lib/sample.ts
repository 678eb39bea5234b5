import { setTimeout as sleep } from 'node:timers/promises';
import type { Envs } from './envs.ts';
import { BASE } from './judge.ts';
import { followMarks, type Marks } from './marks.ts';
import { type Count, phase } from './phase.ts';
import { type Sent, userOf } from './request.ts';
import type { Scene } from './scene.ts';

/** One env that was created and deleted under load; times in milliseconds. */
export interface Sample {
  /**
   * `settled`: from the creation of the DestinationRule to the creation of the routes. `drained`: from the removal of
   * the routes to the removal of the DestinationRule.
   */
  settled: number;
  drained: number;
  /** `readied`: from the creation of the routes until the env is Ready. */
  readied: number;
  /**
   * `comingLag`: from the creation of the routes until the start of the last request that the base answered.
   * `leavingLag`: from the removal of the routes until the start of the last request that the env answered.
   */
  comingLag: number;
  leavingLag: number;
  /** Requests with 5xx or no answer, before and after the deletion of the env. */
  lostComing: number;
  lostLeaving: number;
  /** Requests that the base answered while the env was Ready. */
  missed: number;
}

const STAGGER_MS = 170;
const REST_MS = 1200;

/** Creates and deletes a number of envs, almost at the same time. Most of the traffic is for them. */
export async function sampleRound(
  scene: Scene,
  { envs: amount, rate, seed }: { envs: number; rate: number; seed: number },
): Promise<Sample[]> {
  const names = Array.from({ length: amount }, (_, index) => `s${seed}-${index}`);
  const marks = await followMarks(scene.cluster.api, names);
  const removed = new Map<string, number>();
  const counted = await phase(scene, { rate, users: names, share: 0.9, seed }, async () => {
    await sleep(REST_MS);
    await Promise.all(
      names.map(async (env, index) => {
        await sleep(index * STAGGER_MS);
        await comeAndGo(scene.envs, env, () => removed.set(env, Date.now()));
      }),
    );
    await sleep(REST_MS);
  });
  marks.stop();
  return names.map((env) => {
    const readyAt = scene.envs.timeline.epochs().find((epoch) => epoch.env === env)?.ready[0]?.from;
    return sampleOf(env, { ...marks.of(env), readyAt, removedAt: removed.get(env) }, counted);
  });
}

async function comeAndGo(envs: Envs, env: string, onRemove: () => void): Promise<void> {
  await envs.create(env, env);
  await envs.untilReady(env);
  await sleep(REST_MS);
  onRemove();
  await envs.remove(env);
  await envs.untilGone(env);
}

interface Times extends Marks {
  readyAt: number | undefined;
  removedAt: number | undefined;
}

function sampleOf(env: string, times: Times, { sent, wrong }: Count): Sample {
  const at = (name: keyof Times): number => {
    const time = times[name];
    if (time === undefined) throw new Error(`env ${env}: the watch did not report ${name}`);
    return time;
  };
  const isOwn = (one: Sent) => userOf(one) === env;
  const lost = [...wrong['5xx'], ...wrong.unanswered].filter(isOwn);
  // The end of a request decides. A request that is running when the env is deleted counts as sent after the deletion.
  const isBefore = ({ end }: Sent) => end < at('removedAt');
  const own = sent.filter(isOwn);
  return {
    settled: at('routesCame') - at('ruleCame'),
    readied: at('readyAt') - at('routesCame'),
    drained: at('ruleLeft') - at('routesLeft'),
    comingLag:
      lastStart(own.filter((one) => one.version === BASE && isBefore(one))) - at('routesCame'),
    leavingLag: lastStart(own.filter(({ version }) => version === env)) - at('routesLeft'),
    lostComing: lost.filter(isBefore).length,
    lostLeaving: lost.filter((one) => !isBefore(one)).length,
    missed: wrong.missed.filter(isOwn).length,
  };
}

function lastStart(sent: readonly Sent[]): number {
  return sent.reduce((last, { start }) => Math.max(last, start), 0);
}
