import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ApiServer } from './cluster/api-server.ts';
import { followLists } from './cluster/follow-lists.ts';
import { keepWatch } from './cluster/keep-watch.ts';
import { listSubscribers } from './cluster/list.ts';
import { createLeaseClock } from './core/lease-clock.ts';
import type { SubscriberList } from './core/snapshot.ts';
import { createFeed } from './feed.ts';
import { buildApp } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import { changesOnly } from './report.ts';
import { after, CLOCKS } from './system.ts';

const TICK_MS = 1_000;

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
  const ticks = setInterval(clock.now, TICK_MS);
  const common = { after, monotonic: CLOCKS.monotonic, stop: stop.signal };
  let newest: SubscriberList | undefined;
  const lists = followLists({
    ...common,
    list: (signal) => listSubscribers({ api, clock }, signal),
    onList: (list, ms) => {
      newest = list;
      metrics.listSeconds.observe({ result: 'ok' }, ms / 1000);
      report.listed(feed.publish(list));
    },
    onError: (error, ms) => {
      metrics.listSeconds.observe({ result: 'error' }, ms / 1000);
      report.failed(error);
    },
  });
  const watch = keepWatch({
    ...common,
    api,
    resourceVersion: () => newest?.resourceVersion,
    onHint: lists.ask,
    onEnd: (end) => {
      metrics.watchEnds.inc({ reason: 'status' in end ? `${end.status}` : 'broken' });
      app.log.debug(end, 'watch ended');
    },
  });
  const close = async () => {
    stop.abort();
    clearInterval(ticks);
    await Promise.all([app.close(), lists.ended, watch]);
  };
  return { app, close };
}
