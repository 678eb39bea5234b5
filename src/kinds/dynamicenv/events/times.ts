/**
 * How long consumers may rely on what the feed of live refs told them, in milliseconds. The feed and the libraries have the same
 * constant. It is not a setting: if they differed, messages could be lost.
 */
export const LEASE_MS = 30_000;
/** Seconds after which nobody relies on a Subscriber that was seen Leaving: the lease, and a margin for clocks. */
export const LEAVING_SECONDS = LEASE_MS / 1000 + 5;
/** Seconds that a clone without any available pod waits for one, so that a person can help it to finish its messages. */
export const STALL_SECONDS = 120;
