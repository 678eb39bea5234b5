import type { HistoryEntry } from '../../../src/simulator/api-server/store.ts';

const MINUTE = 60_000;

/**
 * Detects write loops, which make thousands of writes a minute. `perMinute`: allowed writes of idle controllers.
 * `perCause`: additional writes for each write of somebody else, and for each fault, in the same minute.
 */
export function writeLoops(
  history: readonly HistoryEntry[],
  causes: readonly number[],
  user: string,
  { perMinute, perCause }: { perMinute: number; perCause: number },
): string[] {
  const written = history
    .filter((entry) => entry.user === user)
    .map(({ time }) => Date.parse(time));
  let first = 0;
  for (const [index, time] of written.entries()) {
    while ((written[first] ?? time) <= time - MINUTE) first += 1;
    const count = index - first + 1;
    const caused = causes.filter((at) => at > time - 2 * MINUTE && at <= time).length;
    if (count > perMinute + perCause * caused) {
      const when = new Date(time).toISOString();
      return [`${count} writes in the minute before ${when}, with ${caused} causes`];
    }
  }
  return [];
}
