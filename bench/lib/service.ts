import { pino } from 'pino';
import { DECISION_FLAGS } from '../../src/config.ts';
import { loadEnvValidator } from '../../src/crds.ts';
import { readFlags } from '../../src/flags.ts';
import type { Service } from '../../src/hooks/service.ts';
import type { Metrics } from '../../src/http/metrics.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { NOW } from './stored.ts';

/** The service for the handlers, as `serve` creates it, but with a fixed clock and without a log. */
export async function createService(): Promise<Service & { metrics: Metrics }> {
  return {
    config: readFlags(DECISION_FLAGS, [], {}),
    validator: await loadEnvValidator(),
    now: () => NOW,
    metrics: createMetrics(),
    log: pino({ level: 'info' }, { write: () => undefined }),
  };
}
