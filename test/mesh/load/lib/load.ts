import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Batch, Order } from './load-process.ts';
import type { Sent } from './request.ts';

const PROGRAM = fileURLToPath(new URL('load-process.ts', import.meta.url));

export interface Load {
  /** The requests that were answered so far, ordered by the time of their answers. */
  sent(): readonly Sent[];
  /** Stops sending, waits for the last answer, and returns all requests. */
  stop(): Promise<readonly Sent[]>;
}

/** Starts a separate process that sends requests at a steady rate until `stop` is called. */
export function startLoad(order: Order): Load {
  const sent: Sent[] = [];
  const child = fork(PROGRAM, [], { execArgv: [], serialization: 'advanced' });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('message', (batch: Batch) => {
      for (const one of batch.sent) sent.push(one);
      if (batch.isLast) resolve();
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the load has ended with ${code}`)));
  });
  // No unhandled rejection: `stop` throws the error.
  ended.catch(() => undefined);
  child.send(order);
  return {
    sent: () => sent,
    stop: async () => {
      if (child.connected) child.send('stop');
      await ended;
      child.disconnect();
      return sent;
    },
  };
}
