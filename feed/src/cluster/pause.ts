import type { After } from '../core/waiters.ts';

/** Resolves after the time, or as soon as one of the signals is aborted. Leaves nothing at the signals. */
export function pause(after: After, ms: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some(({ aborted }) => aborted)) {
      resolve();
      return;
    }
    const end = () => {
      cancel();
      for (const signal of signals) signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = after(ms, end);
    for (const signal of signals) signal.addEventListener('abort', end);
  });
}

/** Doubles from one second on, up to `most` milliseconds. */
export function backoff(failures: number, most: number): number {
  return Math.min(most, 1_000 * 2 ** Math.max(0, failures - 1));
}
