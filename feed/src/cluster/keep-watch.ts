import type { After } from '../core/waiters.ts';
import type { ApiServer } from './api-server.ts';
import { limited } from './limited.ts';
import { SUBSCRIBERS_PATH } from './list.ts';
import { backoff, pause } from './pause.ts';

/** The API server ends a watch after this time; the next one begins with the newest list. */
const WATCH_SECONDS = 240;
/** A watch that lived this long was good, whatever ended it. */
const GOOD_MS = 30_000;
const MOST_BACKOFF_MS = 30_000;
const NO_LIST_YET_MS = 100;

export interface KeepWatchOptions {
  api: Pick<ApiServer, 'watch'>;
  /** Of the newest list; undefined: there is none. */
  resourceVersion(): string | undefined;
  onHint(): void;
  /** A watch ended: with the HTTP status, or because it broke. */
  onEnd(end: { status: number } | { error: Error }): void;
  monotonic(): number;
  after: After;
  stop: AbortSignal;
}

/**
 * Watches, and says that something may have changed whenever anything comes. What comes is not read: a watch may be late or lack
 * events, so only lists say what there is. A watch that breaks is opened again, and in between the regular lists are enough.
 */
export async function keepWatch(options: KeepWatchOptions): Promise<void> {
  const { resourceVersion, monotonic, after, stop } = options;
  let failures = 0;
  while (!stop.aborted) {
    const version = resourceVersion();
    if (version === undefined) {
      await pause(after, NO_LIST_YET_MS, stop);
      continue;
    }
    const opened = monotonic();
    await watchOnce(options, version);
    failures = monotonic() - opened >= GOOD_MS ? 0 : failures + 1;
    await pause(after, backoff(failures, MOST_BACKOFF_MS), stop);
  }
}

async function watchOnce(
  { api, onHint, onEnd, after, stop }: KeepWatchOptions,
  resourceVersion: string,
): Promise<void> {
  const query = new URLSearchParams({
    watch: 'true',
    resourceVersion,
    timeoutSeconds: `${WATCH_SECONDS}`,
  });
  // For a connection that is cut without a word.
  const limit = { after, ms: (WATCH_SECONDS + 30) * 1000, late: new Error('cut'), stop };
  try {
    const status = await limited(limit, (signal) =>
      api.watch(`${SUBSCRIBERS_PATH}?${query}`, onHint, signal),
    );
    onEnd({ status });
  } catch (error) {
    if (!stop.aborted) onEnd({ error: error as Error });
  }
}
