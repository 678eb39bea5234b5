import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from './errors.ts';
import {
  abandon,
  end,
  type Running,
  type RunningEvents,
  type RunningOptions,
  start,
} from './running.ts';

/** Between two tries to replace a consumer. */
const PAUSE_MS = 1000;

/** This process as a member of a group, whichever consumer of the library that is at the moment. */
export interface Member {
  /** Undefined while one is replaced by another. */
  current(): Running | undefined;
  /** Leaves the group; first waits for what is being handled, if that is wanted. */
  close(isWaiting: boolean): Promise<void>;
}

/** Joins a group. A consumer that is lost is replaced by another one; what it has not committed comes again. */
export async function join(
  options: RunningOptions,
  given: Omit<RunningEvents, 'lost'>,
): Promise<Member> {
  let isClosed = false;
  const events: RunningEvents = { ...given, lost: () => void replace() };
  let running: Running | undefined = await start(options, events);

  async function tryToStart(): Promise<void> {
    try {
      const next = await start(options, events);
      if (isClosed) abandon(next);
      else running = next;
    } catch (error) {
      const tell = isPassing((error as Error).cause) ? given.interrupted : given.failed;
      tell(error as Error);
      await sleep(PAUSE_MS);
    }
  }

  async function replace(): Promise<void> {
    const old = running;
    if (old === undefined || isClosed) return;
    running = undefined;
    abandon(old);
    given.interrupted(
      new Error(`Kafka: this member of group "${old.consumer.groupId}" was lost, and joins again`),
    );
    while (!isClosed && running === undefined) await tryToStart();
    given.more();
  }

  return {
    current: () => running,
    close: async (isWaiting) => {
      isClosed = true;
      if (running !== undefined) await end(running, isWaiting);
    },
  };
}
