import type { Clocks } from '../../src/core/lease-clock.ts';
import type { After } from '../../src/core/waiters.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What happens to the machine of one replica. Times are true ones. */
export interface Trouble {
  /** Nothing runs from `at` for `ms`. The wall clock goes on; the monotonic one does so unless the machine was suspended. */
  stop: { at: number; ms: number; isSuspended: boolean };
  /** The wall clock is set. */
  jumps: readonly { at: number; by: number }[];
}

/** A machine's clocks, timers and network. */
export interface Machine {
  clocks: Clocks;
  after: After;
  /** Calls at this true time, or when the machine runs again. */
  arrive(time: number, call: () => void): void;
}

/**
 * The clock is read every second, so a jump that comes within a second of a suspension, and as far back, cannot be noticed. Such
 * jumps are put off.
 */
const READ_MS = 1_500;

export function createMachine(time: VirtualTime, { stop, jumps }: Trouble): Machine {
  const end = stop.at + stop.ms;
  const isNear = (at: number) => at > stop.at - READ_MS && at < end + READ_MS;
  const jumpsAt = jumps.map(({ at, by }) => ({ at: isNear(at) ? end + READ_MS : at, by }));
  const monotonicAt = (at: number) =>
    stop.isSuspended ? at - Math.min(Math.max(at - stop.at, 0), stop.ms) : at;
  const clocks: Clocks = {
    monotonic: () => monotonicAt(time.now()),
    wall: () => {
      const by = jumpsAt.filter(({ at }) => at <= time.now()).reduce((sum, one) => sum + one.by, 0);
      return Math.floor(1_700_000_000_000 + time.now() + by);
    },
  };
  const whenRunning = (at: number) => (at >= stop.at && at < end ? end : at);
  return {
    clocks,
    after: (ms, call) => {
      const due = time.now() + ms;
      // Timers follow the monotonic clock.
      const isPutOff = stop.isSuspended && time.now() <= stop.at && due > stop.at;
      return time.at(isPutOff ? due + stop.ms : whenRunning(due), call);
    },
    arrive: (at, call) => {
      time.at(whenRunning(at), call);
    },
  };
}
