import type { Schedule } from './schedule.ts';

/** A reading of both clocks, in milliseconds. */
export interface Instants {
  monotonic: number;
  wall: number;
}

/** A process and the clocks of its machine. */
export interface Process {
  name: string;
  /** Counts restarts: what an earlier life has scheduled does not happen. */
  life: number;
  isUp: boolean;
  stoppedUntil: number;
  /**
   * What may be wrong with the machine's clocks. Not both: if the monotonic clock stops while the wall clock is set back by as
   * much, nobody on that machine can know that time has passed.
   */
  clockTrouble: 'monotonic stops' | 'wall jumps';
  monotonicLost: number;
  wallOffset: number;
}

export function process(
  name: string,
  clockTrouble: Process['clockTrouble'],
  wallOffset: number,
): Process {
  return {
    name,
    life: 1,
    isUp: true,
    stoppedUntil: 0,
    clockTrouble,
    monotonicLost: 0,
    wallOffset,
  };
}

export function clocks(schedule: Schedule, { monotonicLost, wallOffset }: Process): Instants {
  const now = schedule.now();
  return { monotonic: now - monotonicLost, wall: now + wallOffset };
}

/** Does it if the process still lives then; a stopped process does it when it goes on. */
export function afterIn(
  schedule: Schedule,
  process: Process,
  delay: number,
  action: () => void,
): void {
  const { life } = process;
  schedule.after(delay, () => {
    if (process.life !== life || !process.isUp) return;
    const rest = process.stoppedUntil - schedule.now();
    if (rest > 0) afterIn(schedule, process, rest, action);
    else action();
  });
}

/** Stops the process: SIGSTOP, or a machine that is paused; in this case its monotonic clock may stop, too. */
export function stop(schedule: Schedule, process: Process, forMs: number): void {
  const until = schedule.now() + forMs;
  const more = until - Math.max(process.stoppedUntil, schedule.now());
  if (more <= 0) return;
  process.stoppedUntil = until;
  if (process.clockTrouble === 'monotonic stops') process.monotonicLost += more;
}

export function crash(process: Process): void {
  process.life += 1;
  process.isUp = false;
}
