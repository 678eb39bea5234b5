import type { LiveRef } from '../decision/decide.ts';
import type { Clocks } from './clocks.ts';
import { type Instant, isFresh, laterView, type View, viewOf } from './lease.ts';
import { type PollResult, poll } from './poll.ts';

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
  /** Resolves with true when something is known for the first time, or with false after `ms`. */
  known(ms: number): Promise<boolean>;
  close(): void;
}

const HOLD_SECONDS = 8;
/** A frozen feed must be given up while the last answer still holds. */
const TIMEOUT_MS = 12_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4000;
/** A feed that answers at once although the revision is known must not be asked in a loop. */
const SOONEST_MS = 200;

/** Begins to poll. Nothing here throws or rejects into the application. */
export function followLiveRefs(options: FeedOptions): LiveRefs {
  const { clocks } = options;
  const end = new AbortController();
  const first = Promise.withResolvers<boolean>();
  const failures = failureCount(options);
  let view: View | undefined;

  const ask = async () => {
    const sent = clocks.now();
    const result = await poll(
      question(options, isFresh(view, sent) ? view : undefined, end.signal),
    );
    if (end.signal.aborted) return;
    failures.note(result);
    const now = clocks.now();
    if ('answer' in result) view = laterView(view, viewOf(result.answer, sent), now);
    if (isFresh(view, now)) first.resolve(true);
    await clocks.sleep(pauseMs(failures.count(), sent, now, clocks), end.signal);
  };
  const follow = async () => {
    while (!end.signal.aborted) await ask();
  };
  // The only rejection is that of `sleep` at the end.
  follow().catch(() => {});

  return {
    current: () => (isFresh(view, clocks.now()) ? view?.live : undefined),
    known: (ms) => {
      const late = clocks.sleep(ms, end.signal).catch(() => {});
      return Promise.race([first.promise, late.then(() => false)]);
    },
    close: () => end.abort(),
  };
}

/** Without a revision if what is known is too old: the feed then answers at once. */
function question(
  { feed, workload, clocks }: FeedOptions,
  view: View | undefined,
  end: AbortSignal,
) {
  const hold = view === undefined ? {} : { hold: { after: view.rev, seconds: HOLD_SECONDS } };
  return { feed, workload, ...hold, signal: AbortSignal.any([end, clocks.timeout(TIMEOUT_MS)]) };
}

function failureCount({ feed, log }: FeedOptions) {
  let failures = 0;
  return {
    count: () => failures,
    note: (result: PollResult) => {
      const { origin } = feed;
      if ('answer' in result) {
        if (failures > 0) log(`The feed of live refs answers again (${origin})`);
        failures = 0;
        return;
      }
      failures += 1;
      if (failures === 1)
        log(`The feed of live refs does not answer (${origin}): ${result.problem}`);
    },
  };
}

/** Before a retry with jitter: consumers that lost a feed together must not come back together. */
function pauseMs(failures: number, sent: Instant, now: Instant, { random }: Clocks): number {
  if (failures === 0) return Math.max(0, SOONEST_MS - (now.monotonic - sent.monotonic));
  const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
  return most / 2 + (random() * most) / 2;
}
