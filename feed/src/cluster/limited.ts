import type { After } from '../core/waiters.ts';

export interface Limit {
  after: After;
  ms: number;
  /** The signal's reason when the time is over. */
  late: Error;
  stop: AbortSignal;
}

/**
 * Runs with a signal that is aborted with `stop`, or when the time is over. Nothing is left at `stop` afterwards, which lives as long
 * as the process: with `AbortSignal.any` it is up to the garbage collector, and to the version of Node.js, what stays there.
 */
export async function limited<T>(
  { after, ms, late, stop }: Limit,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const end = () => own.abort(stop.reason);
  if (stop.aborted) end();
  stop.addEventListener('abort', end);
  const cancel = after(ms, () => own.abort(late));
  try {
    return await run(own.signal);
  } finally {
    cancel();
    stop.removeEventListener('abort', end);
  }
}
