import type { FastifyBaseLogger } from 'fastify';
import type { Snapshot } from './core/snapshot.ts';

/** Logs what is new about lists: not the same problem every five seconds. */
export function changesOnly(log: Pick<FastifyBaseLogger, 'info' | 'warn'>): {
  listed(snapshot: Snapshot): void;
  failed(error: Error): void;
} {
  let failure: string | undefined;
  let problem: string | undefined;
  let isFirst = true;
  return {
    listed: (snapshot) => {
      const { objects, live, unreadable } = snapshot;
      if (isFirst || failure !== undefined) log.info({ objects, live }, 'Subscribers are listed');
      isFirst = false;
      failure = undefined;
      if (snapshot.problem !== undefined && snapshot.problem !== problem)
        log.warn({ unreadable }, `counts as not live: Subscriber ${snapshot.problem}`);
      problem = snapshot.problem;
    },
    failed: ({ message }) => {
      if (message !== failure) log.warn(message);
      failure = message;
    },
  };
}
