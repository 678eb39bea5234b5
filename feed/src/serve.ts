import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ApiServer } from './cluster/api-server.ts';
import { followSubscribers } from './cluster/follow.ts';
import { createLeaseClock } from './core/lease-clock.ts';
import { createFeed } from './feed.ts';
import { buildApp } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import { changesOnly } from './report.ts';
import { after, CLOCKS } from './system.ts';

export interface Served {
  app: FastifyInstance;
  /** Answers the held polls and ends everything. */
  close(): Promise<void>;
}

/** Begins to list and to watch, and builds the server for it, which listens nowhere yet. */
export function serve(api: ApiServer, mostPolls: number, logger?: FastifyBaseLogger): Served {
  const stop = new AbortController();
  const clock = createLeaseClock(CLOCKS);
  const feed = createFeed({ clock, after, mostPolls });
  const metrics = createMetrics(feed);
  const app = buildApp({ feed, metrics, mostPolls, ...(logger && { logger }) });
  const report = changesOnly(app.log);
  const following = followSubscribers({
    api,
    clock,
    clocks: CLOCKS,
    after,
    stop: stop.signal,
    onList: (list, ms) => {
      metrics.listSeconds.observe({ result: 'ok' }, ms / 1000);
      report.listed(feed.publish(list));
    },
    onError: (error, ms) => {
      metrics.listSeconds.observe({ result: 'error' }, ms / 1000);
      report.failed(error);
    },
    onWatchEnd: (end) => {
      metrics.watchEnds.inc({ reason: 'status' in end ? `${end.status}` : 'broken' });
      app.log.debug(end, 'watch ended');
    },
  });
  const close = async () => {
    stop.abort();
    await Promise.all([app.close(), following]);
  };
  return { app, close };
}
