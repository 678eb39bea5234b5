import { secondsSince } from '../../k8s/time.ts';
import type { MergeVersion, PlannedMerge } from '../routes/merge-codec.ts';
import type { Plan } from '../routes/plan-codec.ts';

/** After so many seconds without a write that was due, the API server counts as having refused it. */
export const PATIENCE_SECONDS = 10;
/** An older version is tried so long in its place. Metacontroller retries a refused write after pauses that double. */
const LONG_PATIENCE_SECONDS = 60;
const MAX_BACKOFF_SECONDS = 60;

export interface Planned {
  /** The plan that the VirtualService carries. */
  present: Plan | undefined;
  /** Are the routes of this version in the VirtualService? It is one of the plan. */
  isIn: (merge: PlannedMerge) => boolean;
  /** When somebody last changed the VirtualService (RFC 3339). */
  written?: string | undefined;
  now: Date;
}

/** What the present plan has of each merge, by its uid. */
export interface PlannedVersions {
  inPlan: ReadonlyMap<string, PlannedMerge>;
  /** See `olderMerges` of a plan. */
  older: ReadonlyMap<string, PlannedMerge>;
  /** May this version in the plan stay there? Not if its routes are not stored although they were due. */
  isKept: (merge: PlannedMerge) => boolean;
  /** The version that stays in place of one that does not get in now; empty: none can. */
  standIn: (version: MergeVersion) => PlannedMerge[];
}

export function plannedVersions({ present, isIn, written, now }: Planned): PlannedVersions {
  const inPlan = byUid(present?.merges);
  const older = byUid(present?.olderMerges);
  const overdue = secondsOverdue(present, written, now);
  const isKept = (merge: PlannedMerge) => isIn(merge) || overdue <= PATIENCE_SECONDS;
  // What is in the VirtualService can be written again. Another version may be refused, too, so it is written only for a while.
  const mayComeBack = (merge: PlannedMerge) => isIn(merge) || overdue <= LONG_PATIENCE_SECONDS;
  return {
    inPlan,
    older,
    isKept,
    standIn: ({ uid, generation }) => {
      const isOther = (merge: PlannedMerge) => merge.generation !== generation;
      const planned = [inPlan.get(uid) ?? []].flat().filter(isOther);
      const before = [older.get(uid) ?? []].flat().filter(isOther);
      return [
        ...planned.filter(isIn),
        ...before.filter(mayComeBack),
        ...planned.filter(isKept),
      ].slice(0, 1);
    },
  };
}

function byUid(merges: readonly PlannedMerge[] = []): Map<string, PlannedMerge> {
  return new Map(merges.map((merge) => [merge.uid, merge]));
}

/**
 * Seconds since a retry was due (see `nextAttempt`) that would have changed the plan, had it not been refused. A write of somebody else
 * may just have taken the routes out; the retry comes after it.
 */
function secondsOverdue(present: Plan | undefined, written: string | undefined, now: Date): number {
  if (present?.at === undefined) return 0;
  const wait = Math.min(2 ** (present.attempt ?? 0), MAX_BACKOFF_SECONDS);
  return Math.min(...[present.at, written ?? ''].map((time) => secondsSince(time, now))) - wait;
}
