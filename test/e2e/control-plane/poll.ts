import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks until `check` answers nothing, then ends; what it answers says what is still missing. Throws with its last
 * answer after `seconds`. What `check` throws ends it at once.
 */
export async function until(
  seconds: number,
  check: () => Promise<string | undefined>,
  everyMs = 100,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const missing = await check();
    if (missing === undefined) return;
    if (Date.now() >= end) throw new Error(`after ${seconds} s: ${missing}`);
    await sleep(everyMs);
  }
}

/** What went wrong in a call that may still come to work. */
export async function problem(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: Error) => error.message,
  );
}
