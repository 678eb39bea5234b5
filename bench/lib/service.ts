import { pino } from 'pino';
import { loadValidator } from '../../src/crds.ts';
import { loadHooks } from '../../src/hooks/kind.ts';
import type { Service } from '../../src/hooks/service.ts';
import type { Metrics } from '../../src/http/metrics.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { type DecisionConfig, KINDS } from '../../src/kinds/kinds.ts';
import { CONFIG } from './config.ts';
import { NOW } from './stored.ts';

/** All hooks of the service. */
export const HOOKS = await loadHooks<DecisionConfig>(KINDS, loadValidator);

/** The service that the hooks get, as `serve` creates it, but with a fixed clock and without log output. */
export async function createService(): Promise<Service<DecisionConfig> & { metrics: Metrics }> {
  return {
    config: CONFIG,
    now: () => NOW,
    metrics: createMetrics(),
    log: pino({ level: 'info' }, { write: () => undefined }),
  };
}
