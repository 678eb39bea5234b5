/** RFC 3339 with whole seconds, as the API server writes creationTimestamps. */
export function rfc3339(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/**
 * How many seconds remain until `seconds` have certainly passed since an RFC 3339 time with whole seconds; 0 when they
 * have.
 * One second is added, because the fraction of the time was cut off, and another machine's clock wrote it. An invalid
 * time counts as long ago. With `seconds` of 0 there is no wait.
 */
export function secondsLeft(since: string | undefined, seconds: number, now: Date): number {
  const start = Date.parse(since ?? '');
  if (Number.isNaN(start) || seconds <= 0) return 0;
  return Math.max(0, (start - now.getTime()) / 1000 + seconds + 1);
}

/** A time that cannot be read is long ago. */
export function secondsSince(time: string, now: Date): number {
  return (now.getTime() - (Date.parse(time) || 0)) / 1000;
}

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The time of an RFC 3339 text in milliseconds; undefined: it is none. JavaScript accepts other forms, and the 30th of February. */
export function timeOf(text: string): number | undefined {
  const [, day] = RFC3339.exec(text) ?? [];
  if (day === undefined) return undefined;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  const time = Date.parse(text.toUpperCase());
  return isDay && !Number.isNaN(time) ? time : undefined;
}
