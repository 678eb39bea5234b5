import type { LeaseClock } from './core/lease-clock.ts';
import type { LiveQuery } from './core/query.ts';
import { type Snapshot, type SubscriberList, snapshotOf, viewIn } from './core/snapshot.ts';
import { answerText } from './core/view.ts';
import { type After, createWaiters } from './core/waiters.ts';
import { LEASE_MS, STALE_MS } from './times.ts';

/** `stale`: no list is new enough. `busy`: too many polls are held. */
export type PollAnswer = { body: string } | 'stale' | 'busy';

/** The newest snapshot, and the polls that wait for another one. */
export interface Feed {
  /** Takes over a list, and answers the polls for which it is news. */
  publish(list: SubscriberList): Snapshot;
  /** Calls `send` once: at once, or when the poll has been held. The result cancels that. */
  poll(query: LiveQuery, send: (answer: PollAnswer) => void): () => void;
  /** Milliseconds since the newest list began; undefined: there is none. */
  age(): number | undefined;
  isFresh(): boolean;
  snapshot(): Snapshot | undefined;
  held(): number;
  /** Answers all held polls, and holds no more. */
  close(): void;
}

export interface FeedOptions {
  clock: LeaseClock;
  after: After;
  /** How many polls are held at once. */
  mostPolls: number;
}

export function createFeed({ clock, after, mostPolls }: FeedOptions): Feed {
  const waiters = createWaiters(after);
  let snapshot: Snapshot | undefined;
  let isClosing = false;
  const age = () => (snapshot === undefined ? undefined : clock.now() - snapshot.startedAt);
  const isFresh = () => (age() ?? Number.POSITIVE_INFINITY) <= STALE_MS;
  const answerNow = (workload: string): PollAnswer => {
    const ageMs = age();
    if (snapshot === undefined || ageMs === undefined || ageMs > STALE_MS) return 'stale';
    return { body: answerText(viewIn(snapshot, workload), ageMs, LEASE_MS) };
  };
  const poll: Feed['poll'] = ({ workload, after: rev, waitMs }, send) => {
    const isNews = snapshot === undefined || viewIn(snapshot, workload).rev !== rev;
    if (isNews || rev === undefined || waitMs === 0 || isClosing || !isFresh()) {
      send(answerNow(workload));
      return () => undefined;
    }
    if (waiters.size >= mostPolls) {
      send('busy');
      return () => undefined;
    }
    return waiters.hold(workload, rev, waitMs, () => send(answerNow(workload)));
  };
  return {
    publish: (list) => {
      const next = snapshotOf(list);
      snapshot = next;
      waiters.changed((workload) => viewIn(next, workload).rev);
      return next;
    },
    poll,
    age,
    isFresh,
    snapshot: () => snapshot,
    held: () => waiters.size,
    close: () => {
      isClosing = true;
      waiters.releaseAll();
    },
  };
}
