import type { Store } from './api-server/store.ts';
import type { Clock } from './clock.ts';

export interface SettleOptions {
  maxSeconds?: number;
  /** More mean that two writers undo each other's changes without end. */
  maxWrites?: number;
}

export interface Settled {
  /** Until the last change; the clock itself has moved on further. */
  seconds: number;
  /** False: a limit was reached. */
  quiet: boolean;
}

const QUIET_RESYNCS = 2;

/** Runs until nothing but periodic resyncs is pending and two of them have changed nothing, or until a limit. */
export async function settle(
  clock: Clock,
  { history }: Store,
  resyncs: () => number,
  { maxSeconds = 600, maxWrites = 5000 }: SettleOptions,
): Promise<Settled> {
  const start = clock.milliseconds();
  const limit = start + maxSeconds * 1000;
  const mostWrites = history.length + maxWrites;
  let last = { writes: history.length, time: start, resyncs: resyncs() };
  const settled = (quiet: boolean) => ({ seconds: (last.time - start) / 1000, quiet });
  while (clock.busy() || resyncs() - last.resyncs < QUIET_RESYNCS) {
    if (!(await clock.runNext(limit))) {
      await clock.runUntil(limit);
      return settled(false);
    }
    if (history.length === last.writes) continue;
    last = { writes: history.length, time: clock.milliseconds(), resyncs: resyncs() };
    if (last.writes > mostWrites) return settled(false);
  }
  return settled(true);
}
