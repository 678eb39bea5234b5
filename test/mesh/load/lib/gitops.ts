import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { virtualService } from './world.ts';

const PAUSE_MS = 1000;

export interface Tool {
  /** How often it wrote. */
  writes(): number;
  /** Ends when no write is under way; answers how to go on. */
  pause(): Promise<() => void>;
  stop(): Promise<void>;
}

/** Writes what is in its repository over and over, in turns with each of kubectl's verbs. */
export function startTool({ kubectl }: Cluster): Tool {
  const verbs = [
    ['apply', '-f', '-'],
    ['replace', '-f', '-'],
    ['apply', '--server-side', '--force-conflicts', '--field-manager=owner', '-f', '-'],
  ] as const;
  let writes = 0;
  let isStopped = false;
  let resumed: Promise<void> = Promise.resolve();
  let writing: Promise<unknown> = Promise.resolve();
  const write = () =>
    kubectl(verbs[writes % 3] ?? [], { input: virtualService(writes) }).catch((error: Error) => {
      // Somebody wrote between its reading and its writing; a tool comes again.
      if (!error.message.includes('(Conflict)')) throw error;
    });
  const run = async () => {
    while (!isStopped) {
      await resumed;
      writing = write();
      await writing;
      writes += 1;
      await sleep(PAUSE_MS);
    }
  };
  const running = run();
  // Told by stop.
  running.catch(() => undefined);
  return {
    writes: () => writes,
    pause: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      resumed = promise;
      await writing;
      return resolve;
    },
    stop: async () => {
      isStopped = true;
      await running;
    },
  };
}
