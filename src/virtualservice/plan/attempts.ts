import { rfc3339 } from '../../k8s/time.ts';
import { type Plan, samePlan } from '../routes/plan-codec.ts';

const MAX_BACKOFF_SECONDS = 60;

/**
 * When the API server is asked once more to have a plan rendered: the annotation must change for that, and each
 * change is a write, so the waits double. (A change at every sync makes hundreds of writes a second.) `written`: when the
 * object was last changed, by the API server's clock: replicas whose clocks differ by minutes would else find each other's
 * times no help, and ask in turn.
 */
export function nextAttempt(
  plan: Plan,
  previous: Plan | undefined,
  isRendered: boolean,
  now: Date,
  written?: string,
): { plan: Plan; resyncAfterSeconds?: number; isRepair: boolean } {
  const { injections, notes } = plan;
  if (previous === undefined || !samePlan(plan, previous)) {
    return { plan: { at: rfc3339(now), injections, notes }, isRepair: false };
  }
  if (isRendered) return { plan: previous, isRepair: false };
  const attempt = previous.attempt ?? 0;
  const wait = Math.min(2 ** attempt, MAX_BACKOFF_SECONDS);
  const left = Math.max(...[previous.at, written].map((since) => leftOf(since, wait, now)));
  if (left > 0) {
    return { plan: previous, resyncAfterSeconds: left, isRepair: false };
  }
  return {
    plan: { at: rfc3339(now), attempt: attempt + 1, injections, notes },
    resyncAfterSeconds: Math.min(2 ** (attempt + 1), MAX_BACKOFF_SECONDS),
    isRepair: true,
  };
}

/** A time far ahead is of another clock, or of one that has been set right since: it says nothing. */
function leftOf(since: string | undefined, wait: number, now: Date): number {
  const left = (Date.parse(since ?? '') || 0) / 1000 + wait - now.getTime() / 1000;
  return left <= 2 * MAX_BACKOFF_SECONDS ? left : 0;
}
