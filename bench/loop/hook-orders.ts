/** Addresses of a hook process. See HookService of the end-to-end suites. */
export interface Doors {
  hooks: string;
  admission: { url: string; ca: string };
}

/**
 * A message to the hook process. `decide`: decide every answer to Metacontroller. `learn`: decide every answer, and
 * store it in a table. `table`: take the answer from the table, and decide it only if the table has none. `figures`:
 * return the counts since the last `figures`.
 */
export type HookOrder = 'decide' | 'learn' | 'table' | 'figures';

export interface HookFigures {
  /** Seconds of processor time. */
  cpu: number;
  /** Number of calls that were decided, by hook. */
  calls: Record<string, number>;
  /** Bytes of the bodies and answers of these calls, by hook. */
  bytes: Record<string, number>;
  /** Number of lookups in the table, and how many of them found nothing. */
  table: { asked: number; unknown: number };
}
