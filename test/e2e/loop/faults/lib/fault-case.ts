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

/** Time limit for recovery: resyncPeriodSeconds of the manifests (60) plus 30 s. */
export const HEAL_SECONDS = 90;

/** A system, and a history of all writes that its API server stores. */
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

/** A namespace with a shop, an env with the same name as the namespace, and a twin namespace without an env. */
export interface FaultCase {
  observed: ObservedSystem;
  api: Api;
  env: string;
  twin: string;
  /** `at`: number of the version of the VirtualService that its owners wrote last. */
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

/** Does a step of the user in the namespace and in its twin. */
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

/**
 * Writes the next version of the VirtualService as its owners would: alternately by server-side apply and by replace.
 */
export async function rewrite(faultCase: FaultCase): Promise<void> {
  faultCase.version.at += 1;
  const { at } = faultCase.version;
  const write = at % 2 === 0 ? apply : replace;
  await both(faultCase, (namespace) => write(faultCase.api, virtualService(namespace, at)));
}

/** Waits until the env is in a state that may last only a short time, so it checks every 20 ms. */
export async function reach(
  { api, env }: FaultCase,
  what: string,
  isReached: (sight: Sight) => boolean,
): Promise<void> {
  const check = async () =>
    isReached(await look(api, env, env)) ? undefined : `${env} is not ${what}`;
  await until(30, check, 20);
}

/** Waits until the env is Ready with this image, and its routes are copies of the VirtualService's latest version. */
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
    return isOld ? `the timeout of the user's last route is ${last}` : unready(sight, env, image);
  };
  await until(seconds, () => settled(check), 50);
}

/** Waits until all objects, marks and routes of the env are deleted. */
export async function gone({ api, env }: FaultCase, seconds = HEAL_SECONDS): Promise<void> {
  await until(seconds, () => settled(() => remains(api, env)), 50);
}

/** Result of `check`, or its error message: the API server may be down during a test, and then `check` is repeated. */
async function settled(check: () => Promise<string | undefined>): Promise<string | undefined> {
  let answer: string | undefined;
  const failure = await problem(
    check().then((value) => {
      answer = value;
    }),
  );
  return failure ?? answer;
}

/** Waits for `healing`, which must resolve without help, and records as a figure how long it took. */
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

/** Asserts that the env is removed, that namespace and twin are equal, and that no request went to a wrong place. */
export async function close(faultCase: FaultCase): Promise<void> {
  const { api, observed, requests } = faultCase;
  await gone(faultCase);
  await until(HEAL_SECONDS, async () => (await twinDifferences(api, faultCase))[0]);
  await observed.history.caughtUp();
  requests.stop();
  expect(requests.problems()).toEqual([]);
}
