import type { Logger } from 'pino';
import type { CrdValidator } from '../api/crd-schema.ts';
import type { DecisionConfig } from '../domain/config.ts';
import type { Metrics } from './metrics.ts';

/** What the handlers work with; nothing of it changes between calls. */
export interface Service {
  config: DecisionConfig;
  validator: CrdValidator;
  now: () => Date;
  metrics: Metrics;
  log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;
}
