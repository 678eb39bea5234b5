import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Feed } from '../feed.ts';

export interface Metrics {
  registry: Registry;
  listSeconds: Histogram<'result'>;
  watchEnds: Counter<'reason'>;
  answers: Counter<'code'>;
}

/** The feed's metrics, and those of its process. */
export function createMetrics(feed: Feed): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `dynamicenv_feed_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('held_polls', 'Polls that are held now', feed.held);
  gauge(
    'list_age_seconds',
    'Time since the start of the newest list; +Inf if there is none. Nothing is answered above 15',
    () => (feed.age() ?? Number.POSITIVE_INFINITY) / 1000,
  );
  gauge('subscribers', 'Subscribers in the newest list', () => feed.snapshot()?.objects ?? 0);
  gauge('live_refs', 'Live Subscribers in the newest list', () => feed.snapshot()?.live ?? 0);
  gauge(
    'unreadable_subscribers',
    'Subscribers in the newest list that cannot be read. They count as not live',
    () => feed.snapshot()?.unreadable ?? 0,
  );
  return {
    registry,
    listSeconds: new Histogram({
      name: 'dynamicenv_feed_list_duration_seconds',
      help: 'Time to list all Subscribers, by result (ok, error)',
      labelNames: ['result'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    watchEnds: new Counter({
      name: 'dynamicenv_feed_watch_ends_total',
      help: 'Watches that ended, by reason: the HTTP status, or broken',
      labelNames: ['reason'],
      registers,
    }),
    answers: new Counter({
      name: 'dynamicenv_feed_answers_total',
      help: 'Answers to polls, by HTTP status; busy and stale for the two reasons of 503',
      labelNames: ['code'],
      registers,
    }),
  };
}
