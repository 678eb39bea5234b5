import type { CrdValidator } from '../crd/schema.ts';
import type { DecisionConfig } from '../kinds/dynamicenv/settings.ts';

/** What handlers count; `src/http/metrics.ts` says what each is. */
export interface Counters {
  refusals: { inc(labels: { reason: string }): void };
  routesRendered: { inc(count: number): void };
  repairs: { inc(): void };
  restoredMarks: { inc(): void };
}

type LogLine = (facts: object, message?: string) => void;

/** What the handlers work with; nothing of it changes between calls. */
export interface Service {
  config: DecisionConfig;
  validator: CrdValidator;
  now: () => Date;
  metrics: Counters;
  log: Record<'info' | 'warn' | 'error' | 'debug', LogLine>;
}
