import { rfc3339, secondsSince } from '../../k8s/time.ts';
import {
  type MergeTrial,
  type PlannedMerge,
  type RefusedMerge,
  versionKey,
} from '../routes/merge-codec.ts';
import type { Plan } from '../routes/plan-codec.ts';
import { fitOlder, olderBytes } from './fit.ts';
import {
  PATIENCE_SECONDS,
  type Planned,
  type PlannedVersions,
  plannedVersions,
} from './stand-in.ts';

/** Each version is tried so often, with others or alone: a call that came late says nothing about the routes. */
const MAX_TIMES = 2;
const FIRST_RETRY_SECONDS = 60;
const MAX_RETRY_SECONDS = 3600;
const MAX_AHEAD_SECONDS = 120;

export interface TrialInput extends Planned {
  /** The merges that should have routes, in the order in which they are tried. */
  wanted: readonly PlannedMerge[];
  /** Hash of the user's own part. */
  target: () => string;
  /** Bytes for older versions in a plan; default: one may have any size. */
  olderRoom?: number;
}

export interface TrialOutcome {
  /** The merges of the next plan: for each wanted one this version of it, or an older one that stays meanwhile, or none. */
  merges: PlannedMerge[];
  /** Of those whose routes have not been seen in the VirtualService: the version before. */
  older: PlannedMerge[];
  trial?: MergeTrial;
  suspects: string[];
  refused: RefusedMerge[];
  /** Versions that wait for their trial, or for the end of another one. */
  waiting: PlannedMerge[];
  resyncAfterSeconds?: number;
}

/**
 * Which merges go into the plan now. Metacontroller does not say that one of its writes was refused, it only calls again. If a merge's
 * routes were written without more ado, one route that a validating webhook refuses would stop every change of the VirtualService. So
 * new versions come in by two writes: the first only notes the trial, the second has the routes. If the second does not succeed within
 * `PATIENCE_SECONDS`, the next write is one without these routes; after `MAX_TIMES` the trial has failed. If several were tried together,
 * each is then tried by itself: good ones get in within a second, while each further trial of several, such as of halves, would keep all
 * of them waiting if it fails. A refused version is tried again when the VirtualService's own part is another one, and after a pause
 * that doubles.
 *
 * The second write may miss our webhook: then it is stored without the routes, and the next one may be refused. So the plan has the older
 * version, too, until the newer one is seen in the VirtualService.
 */
export function nextTrial(input: TrialInput): TrialOutcome {
  const { wanted, present, isIn, now, olderRoom = Number.POSITIVE_INFINITY } = input;
  const planned = plannedVersions(input);
  const { older, standIn } = planned;
  const standing = standingOf(input, planned);
  const { settled, open, refused, isOnTrial } = standing;
  const together = fittingTogether(open, standIn, olderRoom);
  const next = isOnTrial ? asBefore(present) : step(open.map(versionKey), present, together, now);
  const due = [...standing.due];
  if (next.failed !== undefined) {
    const entry = refusal(next.failed, refused.get(next.failed), input);
    refused.set(next.failed, entry);
    due.push(retryAfter(entry));
  }
  // Where only the webhook is missing, the plan's own retries call again (see `nextAttempt`).
  if (next.trial !== undefined && !isOnTrial) {
    due.push(Math.max(1, PATIENCE_SECONDS + 1 - secondsSince(next.trial.at, now)));
  }
  const isEntering = (merge: PlannedMerge) => next.entering.includes(versionKey(merge));
  const isOpen = new Set(open.map(versionKey));
  return {
    merges: wanted.flatMap((merge) =>
      settled.has(merge) || isEntering(merge) ? [merge] : standIn(merge),
    ),
    older: fitOlder(
      wanted.flatMap((merge) => {
        if (isEntering(merge)) return standIn(merge);
        return settled.has(merge) && !isIn(merge) ? (older.get(merge.uid) ?? []) : [];
      }),
      olderRoom,
    ),
    ...(next.trial && { trial: next.trial }),
    suspects: next.suspects.filter((key) => isOpen.has(key) && key !== next.failed),
    refused: [...refused.values()],
    waiting: open.filter((merge) => versionKey(merge) !== next.failed && !isEntering(merge)),
    ...(due.length === 0 ? {} : { resyncAfterSeconds: Math.ceil(Math.min(...due)) }),
  };
}

interface Standing {
  /** They have their routes in the plan already. */
  settled: ReadonlySet<PlannedMerge>;
  /** One of them is on trial: the plan has its routes, the VirtualService has not yet. */
  isOnTrial: boolean;
  /** They may be tried. */
  open: PlannedMerge[];
  /** What is known of earlier trials of wanted versions. */
  refused: Map<string, RefusedMerge>;
  /** Seconds until a refused version may be tried again. */
  due: number[];
}

function standingOf(
  { wanted, present, isIn, target, now }: TrialInput,
  { inPlan, isKept }: PlannedVersions,
): Standing {
  const settled = new Set(
    wanted.filter((merge) => {
      const old = inPlan.get(merge.uid);
      return old !== undefined && versionKey(old) === versionKey(merge) && isKept(old);
    }),
  );
  const tried = present?.mergeTrial?.versions ?? [];
  const known = new Map((present?.refusedMerges ?? []).map((one) => [one.version, one]));
  const refused = new Map<string, RefusedMerge>();
  const due: number[] = [];
  const open = wanted.filter((merge) => {
    const was = known.get(versionKey(merge));
    if (settled.has(merge)) return false;
    if (was === undefined) return true;
    refused.set(was.version, was);
    const left = retryAfter(was) - secondsSince(was.at, now);
    if (left <= 0 || was.target !== target()) return true;
    due.push(left);
    return false;
  });
  return {
    settled,
    isOnTrial: [...settled].some((merge) => tried.includes(versionKey(merge)) && !isIn(merge)),
    open,
    refused,
    due,
  };
}

/** Returns a function that takes of a list of versions the first ones whose older versions have room beside each other; one at least. */
function fittingTogether(
  open: readonly PlannedMerge[],
  standIn: PlannedVersions['standIn'],
  room: number,
): (versions: readonly string[]) => string[] {
  const byKey = new Map(open.map((merge) => [versionKey(merge), merge]));
  return (versions) => {
    let left = room;
    return versions.filter((key, index) => {
      const merge = byKey.get(key);
      const older = merge === undefined ? [] : standIn(merge);
      left -= older.reduce((bytes, one) => bytes + olderBytes(one), 0);
      return index === 0 || left >= 0;
    });
  };
}

function refusal(version: string, before: RefusedMerge | undefined, { target, now }: TrialInput) {
  return { at: rfc3339(now), target: target(), times: (before?.times ?? 0) + 1, version };
}

function asBefore(present: Plan | undefined): Step {
  const { mergeTrial: trial, mergeSuspects: suspects = [] } = present ?? {};
  return { trial, entering: [], suspects, failed: undefined };
}

interface Step {
  trial: MergeTrial | undefined;
  /** Versions whose routes are in the next plan. */
  entering: string[];
  suspects: readonly string[];
  /** The version that has failed its trial. */
  failed: string | undefined;
}

/** `open`: the versions that have no routes yet and may be tried. `together`: of a list of them, those that may be tried at once. */
function step(
  open: readonly string[],
  present: Plan | undefined,
  together: (versions: readonly string[]) => string[],
  now: Date,
): Step {
  const begin = (all: readonly string[], suspicious: readonly string[]) =>
    beginning(all, suspicious, together, now);
  const before = present?.mergeTrial;
  const suspects = (present?.mergeSuspects ?? []).filter((key) => open.includes(key));
  const versions = (before?.versions ?? []).filter((key) => open.includes(key));
  if (before === undefined || versions.length === 0) return begin(open, suspects);
  const age = secondsSince(before.at, now);
  // A time far ahead is of another clock, or of one that was corrected since: with it, the trial would not end for as long.
  const isFarAhead = age < -MAX_AHEAD_SECONDS && before.times < MAX_TIMES;
  if (age <= PATIENCE_SECONDS && !isFarAhead) {
    return { trial: { ...before, versions }, entering: versions, suspects, failed: undefined };
  }
  const [first = ''] = versions;
  // A suspect has been tried before, with others.
  const isMoreLeft = before.times < MAX_TIMES && versions.length === 1 && !suspects.includes(first);
  if (isFarAhead || isMoreLeft) {
    const trial = { at: rfc3339(now), times: before.times + 1, versions };
    return { trial, entering: [], suspects, failed: undefined };
  }
  if (versions.length > 1) return begin(open, versions);
  const rest = open.filter((key) => key !== first);
  const left = suspects.filter((key) => key !== first);
  return { ...begin(rest, left), failed: first };
}

function beginning(
  open: readonly string[],
  suspects: readonly string[],
  together: (versions: readonly string[]) => string[],
  now: Date,
): Step {
  const [suspect] = suspects;
  const versions = suspect === undefined ? together(open) : [suspect];
  const trial = versions.length === 0 ? undefined : { at: rfc3339(now), times: 1, versions };
  return { trial, entering: [], suspects, failed: undefined };
}

function retryAfter({ times }: RefusedMerge): number {
  return Math.min(FIRST_RETRY_SECONDS * 2 ** (times - 1), MAX_RETRY_SECONDS);
}
