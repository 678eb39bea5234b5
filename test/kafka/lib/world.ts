import { join } from 'node:path';
import type { AdapterName, ConsumerSettings } from './consumer-settings.ts';
import { type Pod, startPod } from './pod.ts';
import { freePorts } from './ports.ts';
import { PROGRAMS } from './programs.ts';
import { type Service, startService } from './service.ts';
import type { Suite } from './suite.ts';

/** For the preStop hook of the suite's envs. */
export const DRAIN_SECONDS = 60;

export interface WorldOptions {
  /** Name of the workload, its group and the prefix of its topics. */
  name: string;
  adapter: AdapterName;
  topics: string[];
  workMs?: number;
}

/** One workload that has opted in: its topics, its own way to the feed, and its pods. */
export interface World {
  name: string;
  suite: Suite;
  workload: string;
  group: string;
  topics: string[];
  adapter: AdapterName;
  /** The feed's Service, as this workload reaches it. */
  feed: Service;
  say(line: string): void;
  /** Runs something after which duplicates may happen, for some seconds more. Says it. */
  disturb(
    what: string,
    run: () => unknown,
    options: { moreMs: number; ref?: string },
  ): Promise<void>;
  disturbances: readonly Disturbance[];
  /** A pod of stable, or of an env with these variables. */
  startPod(name: string, env?: EnvVariables, settings?: Partial<ConsumerSettings>): Promise<Pod>;
  handledFiles(): { pod: string; by: string; file: string }[];
  close(): Promise<void>;
}

/** From when to when duplicates may happen, in milliseconds since the epoch. */
export interface Disturbance {
  what: string;
  from: number;
  to: number;
  /** Only messages with this ref are concerned; absent: all. */
  ref?: string;
}

export interface EnvVariables {
  ref: string;
  incarnation: string;
  services: string[];
  hasFeed: boolean;
}

export async function startWorld(suite: Suite, options: WorldOptions): Promise<World> {
  const { name, adapter, topics, workMs = 0 } = options;
  const feed = await startService();
  feed.setEndpoints(suite.feeds.map(({ port }) => port));
  const workload = `shop/${name}`;
  const pods: Pod[] = [];
  const disturbances: Disturbance[] = [];
  const say = (line: string) => suite.say(`${name}: ${line}`);
  const files: { pod: string; by: string; file: string }[] = [];
  return {
    ...{ name, suite, workload, group: name, topics, adapter, feed },
    say,
    disturbances,
    disturb: async (what, run, { moreMs, ref }) => {
      say(what);
      // Still open: nothing that happens meanwhile counts as calm.
      const disturbance: Disturbance = { what, from: Date.now(), to: Number.POSITIVE_INFINITY };
      disturbances.push(ref === undefined ? disturbance : Object.assign(disturbance, { ref }));
      await run();
      disturbance.to = Date.now() + moreMs;
    },
    startPod: async (podName, env, settings = {}) => {
      const handledFile = join(suite.folder, `${podName}.handled`);
      files.push({ pod: podName, by: env?.ref ?? 'stable', file: handledFile });
      const [port = 0] = env === undefined ? [undefined] : await freePorts(1);
      const common = { broker: suite.broker, adapter, group: name, topics, handledFile, workMs };
      const pod = startPod({
        name: podName,
        file: PROGRAMS.consumer,
        folder: suite.folder,
        drainSeconds: DRAIN_SECONDS,
        env: {
          CONSUMER: JSON.stringify({ ...common, ...settings }),
          DYNAMICENV_WORKLOAD: workload,
          ...(env?.hasFeed !== false && { DYNAMICENV_FEED: feed.url }),
          ...(env && variablesOf(env, port)),
        },
        ...(env && { port }),
      });
      pods.push(pod);
      return pod;
    },
    handledFiles: () => files,
    close: async () => {
      for (const pod of pods) pod.crashForGood();
      feed.close();
    },
  };
}

/** What a clone gets, as the design has it. */
const variablesOf = ({ ref, incarnation, services }: EnvVariables, port: number) => ({
  DYNAMICENV_REF: ref,
  DYNAMICENV_INCARNATION: incarnation,
  DYNAMICENV_SERVICES: services.join(','),
  DYNAMICENV_PORT: `${port}`,
  DYNAMICENV_DRAIN_SECONDS: `${DRAIN_SECONDS}`,
});
