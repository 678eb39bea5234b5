import type { Instants } from './process.ts';

export const LEASE_MS = 30_000;

export type Headers = Readonly<Record<string, string>>;

/** What a consumer of stable knows: live refs, and by which services each is selected. */
export type LiveRefs = ReadonlyMap<string, readonly string[]>;

export interface Decide {
  /** Whether the consumer of an env handles the message. */
  env(headers: Headers, ref: string, services: readonly string[]): boolean;
  /** Whether stable handles it; `services`: those of its own workload now (the rule does not need them). */
  stable(headers: Headers, live: LiveRefs, isFresh: boolean, services: readonly string[]): boolean;
}

export interface Lease {
  /** Until when an answer may be believed, by both clocks. */
  freshUntil(requestSent: Instants, ageMs: number): Instants;
  isFresh(until: Instants, now: Instants): boolean;
  /** Whether the new answer replaces the old one. */
  isLater(candidate: Instants, current: Instants, now: Instants): boolean;
  /** The age of a feed's list, by its clocks. */
  age(listStart: Instants, now: Instants): number;
}

export interface Subscriber {
  ref: string;
  services: readonly string[];
  incarnation: string;
  phase: 'Joining' | 'Live' | 'Leaving';
  availableSince: number | undefined;
  leavingSince: number | undefined;
}

export interface Clone {
  incarnation: string;
  /** The Deployment's condition Available. */
  isAvailable: boolean;
  /** No pod of an earlier template is left. */
  isUpdated: boolean;
}

/** What one sync sees; each object may be as it was some time ago. */
export interface Seen {
  isWanted: boolean;
  subscriber: Subscriber | undefined;
  clone: Clone | undefined;
  now: number;
}

export interface Desired {
  subscriber: Subscriber | undefined;
  clone: { incarnation: string } | undefined;
  /** The clone goes although none of its pods can drain: the status has told so for two minutes. */
  isGivenUp?: boolean;
}

export interface Phases {
  next(seen: Seen, fresh: Pick<Subscriber, 'ref' | 'services' | 'incarnation'>): Desired;
}

export type Own = Pick<Subscriber, 'ref' | 'incarnation'>;

/** Everything that keeps messages from being lost. A control replaces one part. */
export interface Rules {
  decide: Decide;
  lease: Lease;
  phases: Phases;
  /** Where an env's group starts. */
  fork: 'at the cursor of stable' | 'at the end of the log';
  /** Partitions without an offset, where the group has offsets of others: they were added after the fork. */
  forkOfAdded: 'at the beginning' | 'at the cursor of stable';
  /** Which group's offsets a pod reads first. */
  forkReads: 'stable first' | 'own first';
  started: 'when all is forked and assigned' | 'at once';
  drain: 'all partitions' | 'own partitions' | 'not at all';
  /** Whether the feed's answer says that others handle what a pod leaves behind. Another incarnation of its ref does not. */
  isOwnLive(live: LiveRefs, incarnations: ReadonlyMap<string, string>, own: Own): boolean;
  commit: 'what is decided' | 'what is fetched';
  feedAge: 'since the start of the list' | 'since the end of the list' | 'since the answer';
  feedView: 'lists' | 'events of the watch';
  /** How late a consumer learns of a partition that is added. */
  metadataAgeMs: number;
  /** Crashes and rebalances happen. Off for a control that loses by these alone. */
  areConsumersDisturbed: boolean;
}
