/** Where a hook process is; see HookService of the end-to-end suites. */
export interface Doors {
  hooks: string;
  admission: { url: string; ca: string };
}

/**
 * How Metacontroller is answered: by decisions; by decisions that are written into the table; from the table, where it
 * has an answer. `figures`: the wish for what was done since they were asked for last.
 */
export type HookOrder = 'decide' | 'learn' | 'table' | 'figures';

export interface HookFigures {
  /** Seconds of processor time. */
  cpu: number;
  /** Calls that were decided, by hook. */
  calls: Record<string, number>;
  /** Bytes of their bodies and answers, by hook. */
  bytes: Record<string, number>;
  /** Calls that the table was asked for, and how many of them it did not know. */
  table: { asked: number; unknown: number };
}
