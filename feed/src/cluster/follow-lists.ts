import type { SubscriberList } from '../core/snapshot.ts';
import type { After } from '../core/waiters.ts';
import { LIST_EVERY_MS, LIST_GAP_MS, LIST_TIMEOUT_MS } from '../times.ts';
import { ListError } from './api-server.ts';
import { limited } from './limited.ts';
import { backoff, pause } from './pause.ts';

export interface FollowListsOptions {
  list(signal: AbortSignal): Promise<SubscriberList>;
  onList(list: SubscriberList, ms: number): void;
  onError(error: Error, ms: number): void;
  /** Milliseconds; only for how often to list. */
  monotonic(): number;
  after: After;
  stop: AbortSignal;
}

/** Lists one after the other, each at most 10 s long. `ask`: something may have changed, so list as soon as possible. */
export function followLists(options: FollowListsOptions): { ask(): void; ended: Promise<void> } {
  const { monotonic, after, stop } = options;
  let isAsked = false;
  let wake = new AbortController();
  const ask = () => {
    isAsked = true;
    wake.abort();
  };
  const run = async () => {
    let failures = 0;
    while (!stop.aborted) {
      isAsked = false;
      wake = new AbortController();
      const started = monotonic();
      failures = (await attempt(options)) ? 0 : failures + 1;
      const rest = (ms: number) => Math.max(0, started + ms - monotonic());
      if (failures > 0) {
        await pause(after, backoff(failures, LIST_EVERY_MS), stop);
        continue;
      }
      if (!isAsked) await pause(after, rest(LIST_EVERY_MS), stop, wake.signal);
      await pause(after, rest(LIST_GAP_MS), stop);
    }
  };
  return { ask, ended: run() };
}

async function attempt(options: FollowListsOptions): Promise<boolean> {
  const { list, onList, onError, monotonic, after, stop } = options;
  const seconds = LIST_TIMEOUT_MS / 1000;
  const late = new ListError(`no complete list of Subscribers within ${seconds} s`);
  const started = monotonic();
  try {
    const result = await limited({ after, ms: LIST_TIMEOUT_MS, late, stop }, list);
    onList(result, monotonic() - started);
    return true;
  } catch (error) {
    if (!stop.aborted) onError(error as Error, monotonic() - started);
    return false;
  }
}
