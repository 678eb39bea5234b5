import { LEASE_MS, type Lease } from './rules.ts';

export const lease: Lease = {
  freshUntil: ({ monotonic, wall }, ageMs) => ({
    monotonic: monotonic - ageMs + LEASE_MS,
    wall: wall - ageMs + LEASE_MS,
  }),
  isFresh: (until, now) => now.monotonic < until.monotonic && now.wall < until.wall,
  isLater: (candidate, current) => candidate.monotonic > current.monotonic,
  age: (start, now) => Math.max(now.monotonic - start.monotonic, now.wall - start.wall),
};

/** A control: what stable has heard once it believes for ever. */
export const noLease: Lease = { ...lease, isFresh: () => true };

/** A control: a machine that is paused does not notice it. */
export const monotonicOnly: Lease = {
  ...lease,
  isFresh: (until, now) => now.monotonic < until.monotonic,
  age: (start, now) => now.monotonic - start.monotonic,
};
