import { pino } from 'pino';
import { DECISION_FLAGS } from '../../src/config.ts';
import { loadEnvValidator } from '../../src/crds.ts';
import { readFlags } from '../../src/flags.ts';
import type { Service } from '../../src/hooks/service.ts';
import type { Metrics } from '../../src/http/metrics.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { NOW } from './stored.ts';

/** What the handlers work with, as `serve` makes it, but for a clock that stands still and a log that nobody reads. */
export async function createService(): Promise<Service & { metrics: Metrics }> {
  return {
    config: readFlags(DECISION_FLAGS, [], {}),
    validator: await loadEnvValidator(),
    now: () => NOW,
    metrics: createMetrics(),
    log: pino({ level: 'info' }, { write: () => undefined }),
  };
}
