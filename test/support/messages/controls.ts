import { decideByOwnServices } from './decide.ts';
import { monotonicOnly, noLease } from './lease.ts';
import { phases } from './phases.ts';
import type { Rules } from './rules.ts';
import type { Habits } from './world.ts';

/** The rules with one part taken out or changed. Each loses messages. */
export interface Control {
  changes: Partial<Rules>;
  /** What happens more often, since the loss needs it. The spec's rules lose nothing then, either. */
  habits?: Partial<Habits>;
  /** The first seed to try: those before it lost nothing when this was written, and cost time. */
  from?: number;
}

/** What makes waits longer, and so hides a lease that is too long by seconds. */
const IN_TIME = { caches: 0, writes: 0, kubelets: 0 };

export const CONTROLS: Record<string, Control> = {
  "an env's group starts at the end of the log": { changes: { fork: 'at the end of the log' } },
  'the clone goes as soon as Leaving is observed': { changes: { phases: phases({ waitMs: 0 }) } },
  'pods leave without draining': { changes: { drain: 'not at all' } },
  'stable believes an old view for ever': { changes: { lease: noLease } },
  'an env is live before the fork is done': { changes: { started: 'at once' } },
  'the wait is counted from the sync that sets Leaving': {
    changes: { phases: phases({ waitFrom: 'the sync that sets Leaving' }) },
    habits: { ...IN_TIME, writes: 1, requests: 1 },
    from: 560,
  },
  'the age of a view is counted from the answer': {
    changes: { feedAge: 'since the answer' },
    habits: { lists: 1, requests: 1 },
    from: 190,
  },
  'the age of a view is counted from the end of the list': {
    changes: { feedAge: 'since the end of the list' },
    habits: { lists: 1, requests: 1 },
    from: 240,
  },
  'time is measured by the monotonic clock only': {
    changes: { lease: monotonicOnly },
    habits: { ...IN_TIME, stops: 1, requests: 1 },
  },
  'events of the watch count as a fresh view': {
    changes: { feedView: 'events of the watch' },
    habits: { watches: 1 },
  },
  'the incarnation is the same after a suspension': {
    // The new pods are in the group of old ones that have yet to go, and these may select by other Services.
    changes: { phases: phases({ incarnation: 'one for ever' }) },
  },
  'a pod drains its own partitions only': {
    changes: { drain: 'own partitions' },
    habits: { ...IN_TIME, crashes: 1, requests: 1 },
    from: 500,
  },
  "stable selects refs by its own workload's Services": {
    changes: { decide: decideByOwnServices },
  },
  'offsets are committed before the decision': {
    changes: { commit: 'what is fetched', areConsumersDisturbed: false },
  },
  'an env that is wanted again while it leaves is live again': {
    changes: { phases: phases({ wantedAgain: 'is live again' }) },
    habits: { caches: 1 },
    from: 160,
  },
  'an env that is Joining goes at once': {
    changes: { phases: phases({ joining: 'goes at once' }) },
    habits: { caches: 1 },
  },
  'a partition that is added is forked at the cursor of stable': {
    changes: { forkOfAdded: 'at the cursor of stable' },
    habits: { crashes: 1, evictions: 1 },
  },
  'a pod reads the offsets of its own group before those of stable': {
    changes: { forkReads: 'own first' },
    habits: { evictions: 1, crashes: 1 },
    from: 220,
  },
};
