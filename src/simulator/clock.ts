/** Timers that are due at the same time run in the order in which they were set. */
interface Timer {
  at: number;
  order: number;
  /** Background timers (periodic resyncs, deadlines) are not waited for: see `busy`. */
  background: boolean;
  run: () => void | Promise<void>;
}

export interface Clock {
  now(): Date;
  milliseconds(): number;
  /** Returns a function that cancels the timer. */
  after(milliseconds: number, run: Timer['run'], background?: 'background'): () => void;
  /** Is anything pending that is not in the background? */
  busy(): boolean;
  /** Runs the next timer that is due until `limit` (milliseconds), if any. */
  runNext(limit: number): Promise<boolean>;
  /** Moves on to `time` (milliseconds), running everything due until then. */
  runUntil(time: number): Promise<void>;
}

/** A virtual clock: it moves only when the caller advances it. So ten minutes take milliseconds, and all runs are the same. */
export function createClock(start: string): Clock {
  let time = Date.parse(start);
  if (Number.isNaN(time)) throw new RangeError(`not a time: ${start}`);
  let order = 0;
  const timers = new Set<Timer>();

  const earliest = (): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  };

  const runNext = async (limit: number): Promise<boolean> => {
    const timer = earliest();
    if (!timer || timer.at > limit) return false;
    timers.delete(timer);
    time = Math.max(time, timer.at);
    await timer.run();
    return true;
  };

  return {
    now: () => new Date(time),
    milliseconds: () => time,
    after: (milliseconds, run, background) => {
      const timer = { at: time + milliseconds, order, background: background !== undefined, run };
      order += 1;
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    busy: () => [...timers].some((timer) => !timer.background),
    runNext,
    runUntil: async (target) => {
      while (await runNext(target));
      time = Math.max(time, target);
    },
  };
}
