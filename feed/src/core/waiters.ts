/** Calls the function after a time in milliseconds. The result cancels that. */
export type After = (ms: number, call: () => void) => () => void;

/** Polls that are held until something changes. */
export interface Waiters {
  readonly size: number;
  /** Calls `end` once: when the workload's rev is another, when the time is over, or when all are released. The result cancels that. */
  hold(workload: string, rev: string, ms: number, end: () => void): () => void;
  /** Ends what was held with another rev than the workload has now. */
  changed(revOf: (workload: string) => string): void;
  releaseAll(): void;
}

interface Waiter {
  rev: string;
  end(): void;
}

/** Keeps nothing of a workload for which nothing is held: anybody may ask for any name. */
export function createWaiters(after: After): Waiters {
  const byWorkload = new Map<string, Set<Waiter>>();
  let size = 0;
  const remove = (workload: string, waiter: Waiter): boolean => {
    const all = byWorkload.get(workload);
    if (all?.delete(waiter) !== true) return false;
    size -= 1;
    if (all.size === 0) byWorkload.delete(workload);
    return true;
  };
  const hold: Waiters['hold'] = (workload, rev, ms, end) => {
    const waiter: Waiter = {
      rev,
      end: () => {
        cancelTimer();
        if (remove(workload, waiter)) end();
      },
    };
    const cancelTimer = after(ms, waiter.end);
    const all = byWorkload.get(workload) ?? new Set();
    byWorkload.set(workload, all.add(waiter));
    size += 1;
    return () => {
      cancelTimer();
      remove(workload, waiter);
    };
  };
  const endAll = (isOver: (workload: string, waiter: Waiter) => boolean) => {
    const over = [...byWorkload].flatMap(([workload, all]) =>
      [...all].filter((waiter) => isOver(workload, waiter)),
    );
    for (const waiter of over) waiter.end();
  };
  return {
    get size() {
      return size;
    },
    hold,
    changed: (revOf) => {
      const now = new Map([...byWorkload.keys()].map((workload) => [workload, revOf(workload)]));
      endAll((workload, { rev }) => now.get(workload) !== rev);
    },
    releaseAll: () => endAll(() => true),
  };
}
