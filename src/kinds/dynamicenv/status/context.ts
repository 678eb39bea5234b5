import type { EnvContext } from '../context.ts';

/** What every part of a living env's status is based on. */
export interface StatusContext extends EnvContext {
  /** Children that are being removed, see `childKey`. */
  departing: ReadonlySet<string>;
  /** Length of the request's body, if known. */
  sentBytes?: number | undefined;
}
