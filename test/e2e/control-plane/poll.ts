import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `check` until it returns undefined. Any other result is a text that says what is still missing. After
 * `seconds`, throws an error with the last text. An error of `check` is thrown at once.
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

/** The error message of a call; undefined if the call succeeded. For calls that may succeed when they are repeated. */
export async function problem(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: Error) => error.message,
  );
}
