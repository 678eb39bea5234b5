import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SubscriberSpec } from './api-server.ts';
import type { ConsumerSettings } from './consumer-settings.ts';
import type { Pod } from './pod.ts';
import type { World } from './world.ts';

/** As in the design: settle time of an env, and lease plus 5 s for the way from Leaving to the end of its pods. */
const SETTLE_MS = 2000;
const LEAVING_MS = 35_000;
/** Control: how long stable skips messages before the clone is made. */
const BEFORE_CLONE_MS = 5000;
/** After a step, until its duplicates are over. */
const AFTER_MS = 5000;

/** When something of an incarnation happened, in milliseconds since the epoch; 0: not yet. */
export interface Lifetime {
  ref: string;
  created: number;
  live: number;
  leaving: number;
  gone: number;
}

export interface Env {
  ref: string;
  lifetime: Lifetime;
  pods: Pod[];
  /** Another version: each pod is replaced by a new one, which is Available before the old one goes. */
  roll(): Promise<void>;
  /** For a deletion and for a suspension. */
  remove(): Promise<void>;
}

/** Parts of the order that a control takes out. */
export interface Without {
  /** Live before the clone has started. */
  liveFirst?: boolean;
  /** Its pods cannot ask the feed whether the env is live. */
  noFeed?: boolean;
  /** The pods go as soon as the Subscriber is Leaving. */
  noWait?: boolean;
}

/**
 * Stands in for the control plane: writes an env's Subscriber, and starts and ends the pods of its clone, in the order of the
 * design, each step when the one before is observed. Says each step.
 */
export async function createEnv(
  world: World,
  ref: string,
  count: number,
  without: Without = {},
  settings: Partial<ConsumerSettings> = {},
): Promise<Env> {
  const incarnation = randomBytes(5).toString('hex');
  const lifetime: Lifetime = { ref, created: Date.now(), live: 0, leaving: 0, gone: 0 };
  const services = [world.name];
  const name = `${world.name}-${incarnation}`;
  let serial = 0;
  const say = (line: string) => world.say(`${ref}.${incarnation}: ${line}`);
  const setPhase = (phase: SubscriberSpec['phase'], why: string) => {
    say(`Subscriber ${phase} (${why})`);
    world.suite.api.apply(name, { workload: world.workload, services, ref, incarnation, phase });
  };
  const startPod = () => {
    serial += 1;
    const variables = { ref, incarnation, services, hasFeed: !without.noFeed };
    return world.startPod(`${name}-${ref}-${serial}`, variables, settings);
  };

  const pods: Pod[] = [];
  const begin = async () => {
    setPhase('Joining', 'created');
    if (without.liveFirst) {
      goLive('CONTROL: before the clone exists');
      await sleep(BEFORE_CLONE_MS);
    }
    pods.push(...(await Promise.all(Array.from({ length: count }, startPod))));
    say(`clone with ${count} pods`);
    await Promise.all(pods.map((pod) => pod.started()));
    say('Available: all pods answered /started with 200');
    await sleep(SETTLE_MS);
    if (!without.liveFirst) goLive(`settled for ${SETTLE_MS / 1000} s since Available`);
  };
  await world.disturb(`${ref}: created`, begin, { moreMs: AFTER_MS, ref });

  function goLive(why: string): void {
    setPhase('Live', why);
    lifetime.live = Date.now();
  }

  const removePods = async (going: readonly Pod[]) => {
    const answers = await Promise.all(going.map((pod) => pod.remove()));
    say(`preStop /drain and SIGTERM: ${answers.join('; ')}`);
  };

  const roll = async () => {
    for (const [index, old] of pods.entries()) {
      const next = await startPod();
      await next.started();
      pods[index] = next;
      say(`${next.name} is Available, ${old.name} goes`);
      await removePods([old]);
    }
  };

  const end = async () => {
    lifetime.leaving = Date.now();
    setPhase('Leaving', 'removed');
    if (without.noWait) say('CONTROL: no wait');
    else await sleep(LEAVING_MS);
    say(`${(Date.now() - lifetime.leaving) / 1000} s since Leaving: the Deployment goes`);
    await removePods(pods);
    say('pods are gone: the Subscriber goes');
    world.suite.api.remove(name);
    lifetime.gone = Date.now();
  };

  return {
    ref,
    lifetime,
    pods,
    roll: () => world.disturb(`${ref}: updated`, roll, { moreMs: AFTER_MS, ref }),
    remove: () => world.disturb(`${ref}: deleted or suspended`, end, { moreMs: AFTER_MS, ref }),
  };
}
