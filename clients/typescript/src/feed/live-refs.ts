import type { LiveRef } from '../decision/decide.ts';
import type { Clocks } from './clocks.ts';
import { isFresh, laterView, type View, viewOf } from './lease.ts';
import { poll } from './poll.ts';

export interface FeedOptions {
  feed: URL;
  workload: string;
  clocks: Clocks;
  /** Called when the feed stops answering, and when it answers again: not for each try. */
  log: (message: string) => void;
}

/** Live refs of one workload, kept up to date in the background. */
export interface LiveRefs {
  /** Undefined: not known, or too old to rely on. */
  current(): readonly LiveRef[] | undefined;
  /** Resolves when something is known for the first time, or after `ms`. */
  known(ms: number): Promise<boolean>;
  close(): void;
}

const WAIT_MS = 8000;
/** In addition to the wait. A frozen feed must be given up while the last answer still holds. */
const SLACK_MS = 4000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4000;
/** An answer that comes at once although its revision is known: a feed that does not hold requests must not be asked in a loop. */
const SOONEST_MS = 200;

/** Begins to poll. Nothing here throws or rejects into the application. */
export function followLiveRefs({ feed, workload, clocks, log }: FeedOptions): LiveRefs {
  const end = new AbortController();
  const first = Promise.withResolvers<boolean>();
  let view: View | undefined;
  let failures = 0;

  const ask = async () => {
    const sent = clocks.now();
    const result = await poll({
      feed,
      workload,
      ...(view === undefined ? {} : { after: view.rev }),
      waitMs: WAIT_MS,
      timeoutMs: WAIT_MS + SLACK_MS,
      signal: end.signal,
    });
    if (end.signal.aborted) return;
    const now = clocks.now();
    if ('answer' in result) {
      view = laterView(view, viewOf(result.answer, sent), now);
      if (failures > 0) log(`The feed of live refs answers again (${feed.origin})`);
      failures = 0;
    } else {
      failures += 1;
      if (failures === 1)
        log(`The feed of live refs does not answer (${feed.origin}): ${result.problem}`);
    }
    if (isFresh(view, now)) first.resolve(true);
    const pause =
      failures > 0 ? retryMs(failures, clocks) : SOONEST_MS - (now.monotonic - sent.monotonic);
    if (pause > 0) await clocks.sleep(pause, end.signal);
  };
  const follow = async () => {
    while (!end.signal.aborted) await ask();
  };
  // The only rejection is that of `sleep` at the end.
  follow().catch(() => {});

  return {
    current: () => (isFresh(view, clocks.now()) ? view?.live : undefined),
    known: (ms) =>
      Promise.race([
        first.promise,
        clocks.sleep(ms, end.signal).then(
          () => false,
          () => false,
        ),
      ]),
    close: () => end.abort(),
  };
}

/** Full jitter: consumers that lost a feed together do not come back together. */
function retryMs(failures: number, { random }: Clocks): number {
  const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
  return most / 2 + (random() * most) / 2;
}
