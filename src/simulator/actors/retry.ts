import type { Clock } from '../clock.ts';
import { isReason } from '../errors.ts';

const LONGEST = 60_000;

/**
 * Does the work after `delay` milliseconds, and again after twice as long when it fails (at most a minute). An object that
 * is not found needs no retry: these controllers only remove things.
 */
export function later(clock: Clock, work: () => Promise<unknown>, delay: number): void {
  clock.after(delay, async () => {
    try {
      await work();
    } catch (error) {
      if (!isReason(error, 'NotFound')) later(clock, work, Math.min(delay * 2, LONGEST));
    }
  });
}
