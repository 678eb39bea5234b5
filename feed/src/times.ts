/** All times are in milliseconds. */

/**
 * How long a consumer may trust an answer, counted from the start of the list behind it. The service that removes environments waits
 * for this time and 5 s more, and clients have the same number. So it is no setting: with different numbers messages would be lost.
 */
export const LEASE_MS = 30_000;

/** From the start of one list to the start of the next, when nothing is reported as changed. */
export const LIST_EVERY_MS = 5_000;

/** From the start of one list to the start of the next, when changes are reported all the time. */
export const LIST_GAP_MS = 250;

/** A list that takes longer is given up. Its content would soon be too old to be served. */
export const LIST_TIMEOUT_MS = 10_000;

/** An older list is not served: half of the lease is gone, and clients should ask another replica. */
export const STALE_MS = 15_000;

/** The longest time for which a poll may ask to be held. */
export const MOST_WAIT_MS = 20_000;
