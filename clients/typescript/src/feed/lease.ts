import type { LiveRef } from '../decision/decide.ts';

/**
 * How long an answer of the feed may be relied on, from the beginning of the list that it comes from. Envs keep their consumers for longer
 * than this after they left, so it is the same constant in cluster, feed and clients.
 */
export const LEASE_MS = 30_000;

/**
 * A point of time by two clocks, in milliseconds. A monotonic clock may stand still while a machine sleeps, and a wall clock may jump:
 * each alone can make something old look new.
 */
export interface Instant {
  monotonic: number;
  wall: number;
}

/** What the feed said, and until when it holds. */
export interface View {
  rev: string;
  live: readonly LiveRef[];
  freshUntil: Instant;
}

export interface FeedAnswer {
  rev: string;
  live: readonly LiveRef[];
  /** Which incarnation of each ref is live. Undefined: an older feed does not say. */
  incarnations?: ReadonlyMap<string, string>;
  /** Age of the list when the feed answered. */
  ageMs: number;
  leaseMs: number;
}

/** The age is counted from before the request: however long the answer took, it is not younger than that. */
export function viewOf({ rev, live, ageMs, leaseMs }: FeedAnswer, requestSent: Instant): View {
  const left = Math.min(leaseMs, LEASE_MS) - ageMs;
  return {
    rev,
    live,
    freshUntil: { monotonic: requestSent.monotonic + left, wall: requestSent.wall + left },
  };
}

/** By both clocks. */
export function isFresh(view: View | undefined, now: Instant): boolean {
  return view !== undefined && remainingMs(view, now) > 0;
}

/** The one that holds longer; of two alike the second. A replica that is behind does not replace what is known better. */
export function laterView(known: View | undefined, next: View, now: Instant): View {
  return known === undefined || remainingMs(next, now) >= remainingMs(known, now) ? next : known;
}

function remainingMs({ freshUntil }: View, now: Instant): number {
  return Math.min(freshUntil.monotonic - now.monotonic, freshUntil.wall - now.wall);
}
