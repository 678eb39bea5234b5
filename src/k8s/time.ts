/** RFC 3339 with whole seconds, as the API server writes creationTimestamps. */
export function rfc3339(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/**
 * Seconds until `seconds` have surely passed since an RFC 3339 time with whole seconds; 0 when they have.
 * One second is added: the time was cut, and was taken from another machine's clock. An unreadable time has passed, and
 * who waits for no seconds does not wait.
 */
export function secondsLeft(since: string | undefined, seconds: number, now: Date): number {
  const start = Date.parse(since ?? '');
  if (Number.isNaN(start) || seconds <= 0) return 0;
  return Math.max(0, (start - now.getTime()) / 1000 + seconds + 1);
}
