/** Addresses of a hook process; see HookService of the end-to-end suites. */
export interface Doors {
  hooks: string;
  admission: { url: string; ca: string };
}

/**
 * How Metacontroller is answered. `decide`: by decisions. `learn`: by decisions, which are also stored in a table.
 * `table`: from the table if it has an answer. `figures`: returns the counts since the last `figures`.
 */
export type HookOrder = 'decide' | 'learn' | 'table' | 'figures';

export interface HookFigures {
  /** Seconds of processor time. */
  cpu: number;
  /** Decided calls, by hook. */
  calls: Record<string, number>;
  /** Bytes of the bodies and answers of these calls, by hook. */
  bytes: Record<string, number>;
  /** Lookups in the table, and how many of them found nothing. */
  table: { asked: number; unknown: number };
}
