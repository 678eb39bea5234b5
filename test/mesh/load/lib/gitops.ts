import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { virtualService } from './world.ts';

const PAUSE_MS = 1000;

export interface Tool {
  /** Number of writes so far. */
  writes(): number;
  /** Waits until no write is running. Returns a function that resumes the writes. */
  pause(): Promise<() => void>;
  stop(): Promise<void>;
}

/**
 * Starts a GitOps tool that writes the VirtualService of its repository every second. It uses kubectl apply, kubectl
 * replace and server-side apply in turn.
 */
export function startTool({ kubectl }: Cluster, written = virtualService): Tool {
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
    kubectl(verbs[writes % 3] ?? [], { input: written(writes) }).catch((error: Error) => {
      // Another client wrote the object between this tool's read and its write. The next write tries again.
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
  // No unhandled rejection: `stop` throws the error.
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
