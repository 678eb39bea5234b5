/** What two clocks showed at one moment, and how much time has passed until then. All in milliseconds. */
export interface Reading {
  monotonic: number;
  wall: number;
  elapsed: number;
}

/**
 * The next reading. What has passed is the larger of the two clocks' differences: the monotonic clock stands still while a machine
 * is suspended (`CLOCK_MONOTONIC` in clock_gettime(2)), and the wall clock is set back and forth. Time never goes back, and a wall
 * clock that jumps forward only makes lists look older than they are.
 */
export function nextReading(last: Reading, monotonic: number, wall: number): Reading {
  const passed = Math.max(monotonic - last.monotonic, wall - last.wall, 0);
  return { monotonic, wall, elapsed: last.elapsed + passed };
}

export interface Clocks {
  monotonic(): number;
  wall(): number;
}

export interface LeaseClock {
  /** For the start of a period that is measured. */
  mark(): number;
  /** For the end of such a period. */
  now(): number;
}

/**
 * The wall clock counts whole milliseconds. If every call took a new reading, many calls in one millisecond would add up the
 * rounding, and time would run much too fast.
 */
const LEAST_STEP_MS = 250;

/**
 * A clock that counts at least as much between `mark` and a later `now` as either clock counts. It takes a new reading at least
 * as often as it is called, but for `now` not within 250 ms of the last one. So call it at least once a second: then a suspended
 * machine and a wall clock that is set back do not cancel each other out, unless both happen within that second.
 */
export function createLeaseClock(clocks: Clocks): LeaseClock {
  let last: Reading = { monotonic: clocks.monotonic(), wall: clocks.wall(), elapsed: 0 };
  const read = () => nextReading(last, clocks.monotonic(), clocks.wall());
  const mark = () => {
    last = read();
    return last.elapsed;
  };
  const now = () => {
    const reading = read();
    if (reading.elapsed - last.elapsed >= LEAST_STEP_MS) last = reading;
    return reading.elapsed;
  };
  return { mark, now };
}
