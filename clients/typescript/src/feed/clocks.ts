import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from './lease.ts';

/** What depends on time, so that tests can set it. */
export interface Clocks {
  now(): Instant;
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Aborts after a time. */
  timeout(ms: number): AbortSignal;
  /** From 0 up to 1, as `Math.random`. */
  random(): number;
}

export const CLOCKS: Clocks = {
  now: () => ({ monotonic: performance.now(), wall: Date.now() }),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  timeout: (ms) => AbortSignal.timeout(ms),
  random: Math.random,
};
