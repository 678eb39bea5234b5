import type { Broker } from './broker.ts';
import type { Env } from './env.ts';
import type { Replica } from './feed.ts';
import type { Random } from './random.ts';
import type { Rules } from './rules.ts';
import type { Schedule } from './schedule.ts';
import type { StablePod } from './stable.ts';

/** Everything that happens, happens until then. */
export const QUIET_FROM_MS = 360_000;

/** What is wrong at the moment, beside single crashes: shares of requests or syncs that are concerned. */
export interface Troubles {
  /** Lists of the feed take long, or fail. */
  lists: number;
  /** Events of watches come late, or never. */
  watches: number;
  /** Requests to the feed take long, or get lost. */
  requests: number;
  /** A sync sees objects as they were up to a minute ago. */
  caches: number;
  /** The API server takes long for writes of syncs. */
  writes: number;
  /** Kubelets learn late that a pod is to go. */
  kubelets: number;
}

/** How likely each is when an env comes or goes. */
export type Habits = Record<keyof Troubles | 'stops' | 'crashes' | 'evictions', number>;

/** One trial. */
export interface World {
  schedule: Schedule;
  random: Random;
  rules: Rules;
  broker: Broker;
  envs: Env[];
  feed: Replica[];
  /** Names of the Services that select the workload now. */
  services: readonly string[];
  stable: StablePod[];
  /** How long an env's pod takes for a message. */
  envWorkMs: readonly [from: number, to: number];
  troubles: Troubles;
  habits: Habits;
  /** How the API server takes writes of syncs: by server-side apply (nothing is compared), or updates of what was seen. */
  writes: 'apply' | 'update';
  note(text: string): void;
}
