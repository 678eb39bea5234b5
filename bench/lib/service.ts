import { pino } from 'pino';
import { DECISION_FLAGS } from '../../src/config.ts';
import { loadValidator } from '../../src/crds.ts';
import { readFlags } from '../../src/flags.ts';
import { loadHooks } from '../../src/hooks/kind.ts';
import type { Service } from '../../src/hooks/service.ts';
import type { Metrics } from '../../src/http/metrics.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { type DecisionConfig, KINDS } from '../../src/kinds/kinds.ts';
import { NOW } from './stored.ts';

/** The service for the handlers, as `serve` creates it, but with a fixed clock and without a log. */
export const HOOKS = await loadHooks<DecisionConfig>(KINDS, loadValidator);

/** What the handlers work with, as `serve` makes it, but for a clock that stands still and a log that nobody reads. */
export async function createService(): Promise<Service<DecisionConfig> & { metrics: Metrics }> {
  return {
    config: readFlags(DECISION_FLAGS, [], {}),
    now: () => NOW,
    metrics: createMetrics(),
    log: pino({ level: 'info' }, { write: () => undefined }),
  };
}
