import type { Clocks } from './core/lease-clock.ts';
import type { After } from './core/waiters.ts';

/** This process's clocks. */
export const CLOCKS: Clocks = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
};

/** This process's timers. */
export const after: After = (ms, call) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};
