import type { After } from '../core/waiters.ts';

/** Resolves after the time, or as soon as the signal is aborted. */
export function pause(after: After, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = after(ms, end);
    signal.addEventListener('abort', end);
  });
}

/** Doubles from one second on, up to `most` milliseconds. */
export function backoff(failures: number, most: number): number {
  return Math.min(most, 1_000 * 2 ** Math.max(0, failures - 1));
}
