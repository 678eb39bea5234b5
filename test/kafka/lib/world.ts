import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AdapterName, ConsumerSettings } from './consumer-settings.ts';
import { type Pod, startPod } from './pod.ts';
import { freePorts } from './ports.ts';
import { type Service, startService } from './service.ts';
import type { Suite } from './suite.ts';

const PROGRAM = fileURLToPath(new URL('consumer-program.ts', import.meta.url));
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
  /** A pod of stable, or of an env with these variables. */
  startPod(name: string, env?: EnvVariables, settings?: Partial<ConsumerSettings>): Promise<Pod>;
  handledFiles(): { pod: string; by: string; file: string }[];
  close(): Promise<void>;
}

export interface EnvVariables {
  ref: string;
  incarnation: string;
  services: string[];
}

export async function startWorld(suite: Suite, options: WorldOptions): Promise<World> {
  const { name, adapter, topics, workMs = 0 } = options;
  const feed = await startService();
  feed.setEndpoints(suite.feeds.map(({ port }) => port));
  const workload = `shop/${name}`;
  const pods: Pod[] = [];
  const files: { pod: string; by: string; file: string }[] = [];
  return {
    ...{ name, suite, workload, group: name, topics, adapter, feed },
    say: (line) => suite.say(`${name}: ${line}`),
    startPod: async (podName, env, settings = {}) => {
      const handledFile = join(suite.folder, `${podName}.handled`);
      files.push({ pod: podName, by: env?.ref ?? 'stable', file: handledFile });
      const [port = 0] = env === undefined ? [undefined] : await freePorts(1);
      const common = { broker: suite.broker, adapter, group: name, topics, handledFile, workMs };
      const pod = startPod({
        name: podName,
        file: PROGRAM,
        folder: suite.folder,
        drainSeconds: DRAIN_SECONDS,
        env: {
          CONSUMER: JSON.stringify({ ...common, ...settings }),
          DYNAMICENV_WORKLOAD: workload,
          DYNAMICENV_FEED: feed.url,
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
