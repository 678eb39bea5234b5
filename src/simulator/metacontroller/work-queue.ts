import type { Clock } from '../clock.ts';

/** client-go's rate-limited, delaying work queue: https://pkg.go.dev/k8s.io/client-go/util/workqueue */
export interface WorkQueue {
  /** A key that is waiting already is not added twice. */
  add(key: string): void;
  /** Of several delays for one key the shortest counts. */
  addAfter(key: string, milliseconds: number, background?: 'background'): void;
  addRateLimited(key: string, extra?: number): void;
  /** After a success: the next failure starts with a short delay again. */
  forget(key: string): void;
}

const BASE_DELAY = 5;
const MAX_DELAY = 1_000_000;
/** Time between an event and the worker's start, in milliseconds: events within it are handled by one sync. */
const PICK_UP = 1;

export function createWorkQueue(clock: Clock, work: (key: string) => Promise<void>): WorkQueue {
  const dirty = new Set<string>();
  const working = new Set<string>();
  const failures = new Map<string, number>();
  const waiting = new Map<string, { at: number; cancel: () => void }>();

  const run = async (key: string): Promise<void> => {
    dirty.delete(key);
    working.add(key);
    try {
      await work(key);
    } finally {
      working.delete(key);
      if (dirty.has(key)) clock.after(PICK_UP, () => run(key));
    }
  };

  const add = (key: string): void => {
    if (dirty.has(key)) return;
    dirty.add(key);
    if (!working.has(key)) clock.after(PICK_UP, () => run(key));
  };

  const addAfter: WorkQueue['addAfter'] = (key, milliseconds, background) => {
    const at = clock.milliseconds() + milliseconds;
    const known = waiting.get(key);
    if (known && known.at <= at) return;
    known?.cancel();
    const cancel = clock.after(
      milliseconds,
      () => {
        waiting.delete(key);
        add(key);
      },
      background,
    );
    waiting.set(key, { at, cancel });
  };

  return {
    add,
    addAfter,
    addRateLimited: (key, extra = 0) => {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, extra + Math.min(BASE_DELAY * 2 ** count, MAX_DELAY));
    },
    forget: (key) => {
      failures.delete(key);
    },
  };
}
