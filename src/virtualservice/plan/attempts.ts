import { rfc3339 } from '../../k8s/time.ts';
import { type Plan, samePlan } from '../routes/plan-codec.ts';

const MAX_BACKOFF_SECONDS = 60;

/**
 * When to retry a plan whose routes were not rendered. A retry changes the annotation, so that admission is called; each change is a
 * write, so the waits double. (A change at every sync makes hundreds of writes a second.) `written`: the time of the object's last
 * change, by the API server's clock: otherwise replicas whose clocks differ by minutes would not trust each other's times, and retry in
 * turn.
 */
export function nextAttempt(
  plan: Plan,
  previous: Plan | undefined,
  isRendered: boolean,
  now: Date,
  written?: string,
): { plan: Plan; resyncAfterSeconds?: number; isRepair: boolean } {
  const { at: _at, attempt: _attempt, ...wanted } = plan;
  if (previous === undefined || !samePlan(plan, previous)) {
    return { plan: { at: rfc3339(now), ...wanted }, isRepair: false };
  }
  if (isRendered) return { plan: previous, isRepair: false };
  const attempt = previous.attempt ?? 0;
  const wait = Math.min(2 ** attempt, MAX_BACKOFF_SECONDS);
  const left = Math.max(...[previous.at, written].map((since) => secondsLeft(since, wait, now)));
  if (left > 0) {
    return { plan: previous, resyncAfterSeconds: left, isRepair: false };
  }
  return {
    plan: { at: rfc3339(now), attempt: attempt + 1, ...wanted },
    resyncAfterSeconds: Math.min(2 ** (attempt + 1), MAX_BACKOFF_SECONDS),
    isRepair: true,
  };
}

/** A time far in the future comes from another clock, or from one that was corrected since: it is ignored. */
function secondsLeft(since: string | undefined, wait: number, now: Date): number {
  const left = (Date.parse(since ?? '') || 0) / 1000 + wait - now.getTime() / 1000;
  return left <= 2 * MAX_BACKOFF_SECONDS ? left : 0;
}
