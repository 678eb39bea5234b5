import { decideForRef, decideForStable } from '../../../clients/typescript/src/decision/decide.ts';
import {
  isFresh,
  laterView,
  type View,
  viewOf,
} from '../../../clients/typescript/src/feed/lease.ts';
import { isOwnLive } from '../../../clients/typescript/src/feed/own-incarnation.ts';
import type { Instants } from './process.ts';
import { type Decide, LEASE_MS, type Lease, type LiveRefs, type Rules } from './rules.ts';

const NAMES = { service: 'x-service-route', source: 'x-source-route', readsBaggage: false };

/** The library's decisions. */
export const realDecide: Decide = {
  env: (headers, ref, services) =>
    decideForRef(headers, { ref, services }, NAMES).action === 'handle',
  stable: (headers, live, isFresh) =>
    decideForStable(headers, isFresh ? listOf(live) : undefined, NAMES).action === 'handle',
};

const listOf = (live: LiveRefs) => [...live].map(([ref, services]) => ({ ref, services }));

/** The library's answer to whether a pod may leave without draining. */
export const realIsOwnLive: Rules['isOwnLive'] = (live, incarnations, own) =>
  isOwnLive({ live: listOf(live), incarnations }, own);

const viewUntil = (freshUntil: Instants): View => ({ rev: '', live: [], freshUntil });

/** The library's arithmetic; the age of a list is the feed's. */
export const realLease: Omit<Lease, 'age'> = {
  freshUntil: (sent, ageMs) =>
    viewOf({ rev: '', live: [], ageMs, leaseMs: LEASE_MS }, sent).freshUntil,
  isFresh: (until, now) => isFresh(viewUntil(until), now),
  isLater(candidate, current, now) {
    const next = viewUntil(candidate);
    return laterView(viewUntil(current), next, now) === next;
  },
};
