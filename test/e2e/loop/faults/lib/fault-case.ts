import { expect } from '@jest/globals';
import type { Api } from '../../../control-plane/api.ts';
import { problem, until } from '../../../control-plane/poll.ts';
import { recordFigure } from '../../../lib/figures.ts';
import { followHistory, type History } from '../../../lib/history.ts';
import { type System, type SystemOptions, startSystem } from '../../../lib/system.ts';
import { twinDifferences } from './compare.ts';
import { type RequestWatch, watchRequests } from './requests.ts';
import { dynamicEnv, shop, virtualService } from './shop.ts';
import { look, remains, type Sight, unready } from './sight.ts';
import { apply, remove, replace } from './writes.ts';

/** The resyncPeriodSeconds of the manifests plus half a minute. */
export const HEAL_SECONDS = 90;

/** A system, and what is written on it. */
export interface ObservedSystem extends System {
  history: History;
}

export async function startObserved(options: SystemOptions): Promise<ObservedSystem> {
  const system = await startSystem(options);
  const history = await followHistory(system.cluster.api);
  const stop = async () => {
    history.stop();
    await system.stop();
  };
  return { ...system, history, stop };
}

/** A shop in a namespace of its own with an env of the same name, and a twin that never has an env. */
export interface FaultCase {
  observed: ObservedSystem;
  api: Api;
  env: string;
  twin: string;
  /** Version of the VirtualService that its owners wrote last. */
  version: { at: number };
  requests: RequestWatch;
}

export async function openCase(
  observed: ObservedSystem,
  env: string,
  isKnown?: (problem: string) => boolean,
): Promise<FaultCase> {
  const { api } = observed.cluster;
  const twin = `${env}-twin`;
  const requests = watchRequests(observed.history, env, env, isKnown);
  const faultCase = { observed, api, env, twin, version: { at: 1 }, requests };
  await both(faultCase, async (namespace) => {
    for (const object of shop(namespace)) await apply(api, object);
  });
  return faultCase;
}

/** A step of the user's, in the namespace and in its twin. */
export async function both(
  { env, twin }: Pick<FaultCase, 'env' | 'twin'>,
  step: (namespace: string) => Promise<void>,
): Promise<void> {
  await Promise.all([step(env), step(twin)]);
}

export async function createEnv({ api, env }: FaultCase, image?: string): Promise<void> {
  await apply(api, dynamicEnv(env, env, image));
}

export async function deleteEnv(
  { api, env }: FaultCase,
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan',
): Promise<void> {
  await remove(api, 'DynamicEnv', undefined, env, propagationPolicy);
}

/** The VirtualService's owners write their next version, in turns as server-side apply and as replace do. */
export async function rewrite(faultCase: FaultCase): Promise<void> {
  faultCase.version.at += 1;
  const { at } = faultCase.version;
  const write = at % 2 === 0 ? apply : replace;
  await both(faultCase, (namespace) => write(faultCase.api, virtualService(namespace, at)));
}

/** Waits for a moment that may be short. */
export async function reach(
  { api, env }: FaultCase,
  what: string,
  isReached: (sight: Sight) => boolean,
): Promise<void> {
  const check = async () =>
    isReached(await look(api, env, env)) ? undefined : `${env} is not ${what}`;
  await until(30, check, 20);
}

/** Waits until the env serves, with the routes that its VirtualService's owners wrote last. */
export async function ready(
  faultCase: FaultCase,
  image = 'backend:2',
  seconds = HEAL_SECONDS,
): Promise<void> {
  const { api, env } = faultCase;
  const check = async () => {
    const sight = await look(api, env, env);
    const last = sight.virtualService?.spec.http?.at(-1)?.['timeout'];
    const isOld = last !== `${faultCase.version.at}s`;
    return isOld ? `the user's time-out is ${last}` : unready(sight, env, image);
  };
  await until(seconds, () => settled(check), 50);
}

/** Waits until nothing is left of the env. */
export async function gone({ api, env }: FaultCase, seconds = HEAL_SECONDS): Promise<void> {
  await until(seconds, () => settled(() => remains(api, env)), 50);
}

/** The API server may be away for a moment. */
async function settled(check: () => Promise<string | undefined>): Promise<string | undefined> {
  let answer: string | undefined;
  const failure = await problem(
    check().then((value) => {
      answer = value;
    }),
  );
  return failure ?? answer;
}

/** Waits for what is to heal by itself, and takes down how long that took. */
export async function heal(
  { observed }: Pick<FaultCase, 'observed'>,
  what: string,
  healing: Promise<unknown>,
): Promise<void> {
  const start = Date.now();
  await healing;
  const value = `${((Date.now() - start) / 1000).toFixed(1)} s`;
  recordFigure({ what: `${what} → healed`, strategy: observed.strategy, value });
}

/** The env is gone, and everything is as if it had never been. */
export async function close(faultCase: FaultCase): Promise<void> {
  const { api, observed, requests } = faultCase;
  await gone(faultCase);
  await until(HEAL_SECONDS, async () => (await twinDifferences(api, faultCase))[0]);
  await observed.history.caughtUp();
  requests.stop();
  expect(requests.problems()).toEqual([]);
}
