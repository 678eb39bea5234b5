import { decideForRef, decideForStable } from '../../../clients/typescript/src/decision/decide.ts';
import {
  isFresh,
  laterView,
  type View,
  viewOf,
} from '../../../clients/typescript/src/feed/lease.ts';
import type { Instants } from './process.ts';
import { type Decide, LEASE_MS, type Lease } from './rules.ts';

const NAMES = { service: 'x-service-route', source: 'x-source-route', readsBaggage: false };

/** The library's decisions. */
export const realDecide: Decide = {
  env: (headers, ref, services) =>
    decideForRef(headers, { ref, services }, NAMES).action === 'handle',
  stable(headers, live, isFresh) {
    const refs = [...live].map(([ref, services]) => ({ ref, services }));
    return decideForStable(headers, isFresh ? refs : undefined, NAMES).action === 'handle';
  },
};

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
