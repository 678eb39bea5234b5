import { subscriber } from '../lib/objects.ts';

/** What happens to the Subscriber of one ref. */
export interface Change {
  at: number;
  ref: number;
  to: 'Live' | 'Leaving' | 'deleted';
}

export const REFS = 3;
export const refName = (ref: number): string => `mp-${ref}`;

/** The Subscribers in etcd at any time. All refs are Live at first. */
export interface Truth {
  resourceVersionAt(time: number): number;
  itemsAt(time: number): object[];
  changesAfter(time: number): Change[];
  /** The first moment in [from, until) at which the ref has not been live for longer than the lease. */
  firstWrong(ref: string, from: number, until: number, leaseMs: number): number | undefined;
}

export function createTruth(changes: readonly Change[]): Truth {
  const all = changes.toSorted((a, b) => a.at - b.at);
  const stateAt = (ref: number, time: number) =>
    all.findLast((one) => one.ref === ref && one.at <= time)?.to ?? 'Live';
  const refs = Array.from({ length: REFS }, (_, ref) => ref);
  return {
    resourceVersionAt: (time) => 100 + all.filter(({ at }) => at <= time).length,
    itemsAt: (time) =>
      refs.flatMap((ref) => {
        const phase = stateAt(ref, time);
        return phase === 'deleted' ? [] : [subscriber(refName(ref), { ref: refName(ref), phase })];
      }),
    changesAfter: (time) => all.filter(({ at }) => at > time),
    firstWrong: (name, from, until, leaseMs) => {
      const ref = refs.find((one) => refName(one) === name) ?? -1;
      for (const gone of goneTimes(all.filter((one) => one.ref === ref))) {
        const at = Math.max(from, gone.from + leaseMs + 1);
        if (at < Math.min(until, gone.until)) return at;
      }
      return undefined;
    },
  };
}

/** When a ref was not live. */
function goneTimes(changes: readonly Change[]): { from: number; until: number }[] {
  const times: { from: number; until: number }[] = [];
  for (const { at, to } of changes) {
    const last = times.at(-1);
    const isGone = last?.until === Number.POSITIVE_INFINITY;
    if (to === 'Live' && isGone) last.until = at;
    if (to !== 'Live' && !isGone) times.push({ from: at, until: Number.POSITIVE_INFINITY });
  }
  return times;
}
