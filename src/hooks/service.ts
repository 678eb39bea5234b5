/** Counters of the handlers; `src/http/metrics.ts` describes each. */
export interface Counters {
  refusals: { inc(labels: { reason: string }): void };
  routesRendered: { inc(count: number): void };
  repairs: { inc(): void };
  restoredMarks: { inc(): void };
}

type LogLine = (facts: object, message?: string) => void;

/** What a kind's hooks work with; nothing of it changes between calls. `Settings`: what the kind reads of all settings. */
export interface Service<Settings> {
  config: Settings;
  now: () => Date;
  metrics: Counters;
  log: Record<'info' | 'warn' | 'error' | 'debug', LogLine>;
}

/** What admission works with: its answer does not depend on the time. */
export type AdmissionService<Settings> = Omit<Service<Settings>, 'now'>;
