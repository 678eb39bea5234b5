import type { VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import { byText, canonicalJson } from '../../k8s/canonical.ts';
import { hash10 } from '../../k8s/hash.ts';
import { lastWritten } from '../../k8s/written.ts';
import type { Room } from '../plan/room.ts';
import {
  type MergeNote,
  mergeFieldsOf,
  type PlannedMerge,
  type PlannedMerges,
  type UntoldMerges,
  versionKey,
} from '../routes/merge-codec.ts';
import type { Plan } from '../routes/plan-codec.ts';
import { plannedListBytes } from '../routes/planned-bytes.ts';
import { type UsersVirtualService, withoutOurs } from '../routes/strip.ts';
import { unchangedParts } from '../routes/unchanged.ts';
import { fitMerges, fitOlder, type LeftOutMerge, mergesBytes } from './fit.ts';
import { type MergedLists, mergedLists } from './merged-lists.ts';
import { mergeNotes } from './notes.ts';
import { withoutOverlaps } from './overlaps.ts';
import { staleIn, versionsIn } from './presence.ts';
import { plannedRefusal } from './refusals.ts';
import { type Planned, plannedVersions } from './stand-in.ts';
import { keptWhileOff, objection } from './switched-off.ts';
import { nextTrial } from './trial.ts';
import { wantedMerges } from './wanted.ts';

/** What is decided about the merges of one VirtualService. */
export interface MergeDecision {
  /** For the plan; without a member where there is nothing to say. */
  fields: PlannedMerges;
  lists: MergedLists;
  resyncAfterSeconds?: number;
}

/** The merges that name a VirtualService, and maybe others. */
export interface AskedMerges {
  merges: readonly VirtualServiceMerge[];
  /** API groups whose merges were not sent: those in the present plan stay. */
  unknownGroups: readonly string[];
  /** API groups whose merges this replica serves; none: the kind is off. Default: all. */
  groups?: readonly string[];
}

export const NO_MERGES: AskedMerges = { merges: [], unknownGroups: [] };

/**
 * Decides which merges a VirtualService gets. `merges`: those that the cluster has for it; `unknownGroups`: API groups whose merges were
 * not sent, so those of the present plan stay.
 */
export function decideMerges(
  virtualService: VirtualService,
  asked: AskedMerges,
  room: Room,
  present: Plan | undefined,
  now: Date,
): MergeDecision {
  const users = withoutOurs(virtualService);
  const isOff = isOffHere(asked, present);
  const kept = isOff ? keptWhileOff(virtualService, users, present, now) : undefined;
  if (kept !== undefined) return kept;
  if (asked.merges.length > 0 || (present?.merges ?? []).length > 0) {
    return decideEach(virtualService, { ...asked, isOff }, room, present, now);
  }
  const staleRoutes = staleIn(virtualService, NO_LISTS, present);
  return { fields: staleRoutes.length === 0 ? {} : { staleRoutes }, lists: NO_LISTS };
}

function decideEach(
  virtualService: VirtualService,
  { merges, unknownGroups, isOff }: AskedMerges & { isOff: boolean },
  room: Room,
  present: Plan | undefined,
  now: Date,
): MergeDecision {
  const users = withoutOurs(virtualService);
  const planned = present?.merges ?? [];
  const earlier = olderIn(present, users);
  const asked = wantedMerges(merges, users, planned);
  const isUnsent = ({ group }: PlannedMerge) => unknownGroups.includes(group);
  const asBefore = unchangedParts(
    planned.filter((merge) => !isUnsent(merge)),
    versionKey,
  );
  const wanted = [...asked.wanted.map(asBefore), ...planned.filter(isUnsent)];
  const forEnvs = plannedListBytes(present?.injections ?? []);
  const fitting = fitMerges(wanted, [...planned, ...earlier], room, forEnvs);
  const { kept, overlapping } = withoutOverlaps(fitting.kept, users);
  const tooLarge = [...fitting.tooLarge, ...asked.costly];
  const known: Planned = {
    present: present && { ...present, olderMerges: earlier },
    isIn: versionsIn(virtualService, present ?? {}, users),
    written: lastWritten(virtualService),
    now,
  };
  const trial = nextTrial({
    ...known,
    wanted: kept,
    target: () => hash10(canonicalJson(users.spec)),
    olderRoom: room.older,
  });
  const { standIn } = plannedVersions(known);
  const older = [...tooLarge, ...overlapping].flatMap(({ merge }) => standIn(merge));
  // An older version that stays may overlap with what is new beside it: then the new one waits, and its own older one stays.
  const fits = (all: PlannedMerge[]) => withoutOverlaps(inPlanFirst(all, planned), users);
  const staying = fits([...older, ...trial.merges]);
  const back = staying.overlapping.flatMap(({ merge }) => standIn(merge));
  if (back.length > 0) staying.kept = fits([...staying.kept, ...back]).kept;
  const lists = mergedLists(staying.kept, users);
  const fields = {
    merges: staying.kept.sort(byUid),
    ...(isOff ? {} : objection(present?.mergesOff, now)),
    olderMerges: besides(trial.older, staying.kept),
    ...(trial.trial && { mergeTrial: trial.trial }),
    mergeSuspects: trial.suspects,
    refusedMerges: trial.refused,
    staleRoutes: staleIn(virtualService, lists, present),
  };
  const left = room.plan - forEnvs - mergesBytes(fields) - UNTOLD_BYTES;
  const told = mergeNotes(
    { trial, tooLarge, overlapping: [...overlapping, ...staying.overlapping], lists, users },
    left,
  );
  return {
    fields: mergeFieldsOf({
      ...fields,
      mergeNotes: told,
      ...untoldOf([...tooLarge, ...overlapping, ...staying.overlapping], told, asked.from),
    }),
    lists,
    ...(trial.resyncAfterSeconds === undefined
      ? {}
      : { resyncAfterSeconds: trial.resyncAfterSeconds }),
  };
}

function untoldOf(
  leftOut: readonly LeftOutMerge[],
  told: readonly MergeNote[],
  from: string | undefined,
): { mergesUntold?: UntoldMerges } {
  const noted = new Set(told.map(versionKey));
  const versions = new Set(leftOut.map(({ merge }) => versionKey(merge)));
  const count = [...versions].filter((version) => !noted.has(version)).length;
  if (count === 0 && from === undefined) return {};
  return { mergesUntold: { count, ...(from === undefined ? {} : { from }) } };
}

/** For `mergesUntold`, which is known after the notes. */
const UNTOLD_BYTES = 128;

/** Does this replica know less than the one that made the plan? */
function isOffHere({ groups }: AskedMerges, present: Plan | undefined): boolean {
  if (groups === undefined) return false;
  return (
    groups.length === 0 || (present?.merges ?? []).some(({ group }) => !groups.includes(group))
  );
}

const NO_LISTS: MergedLists = { http: [], tcp: [], tls: [], equal: [] };

/** The merges of a stored plan for which this version of the VirtualService has room. */
export function plannedMerges(
  { merges = [], olderMerges = [] }: Plan,
  room: Room,
): Required<Pick<PlannedMerges, 'merges' | 'olderMerges'>> {
  if (merges.length === 0) return { merges: [], olderMerges: [] };
  const kept = fitMerges(merges, merges, room, 0).kept.sort(byUid);
  return { merges: kept, olderMerges: besides(fitOlder(olderMerges, room.older), kept) };
}

/** Of these merges, those that may be rendered into this version of the VirtualService. */
export function renderable(
  merges: readonly PlannedMerge[],
  users: UsersVirtualService,
): PlannedMerge[] {
  return merges.filter((merge) => plannedRefusal(merge, users) === undefined);
}

/** Versions that the plan has come first. */
function inPlanFirst(
  merges: readonly PlannedMerge[],
  present: readonly PlannedMerge[],
): PlannedMerge[] {
  const known = new Set(present.map(versionKey));
  const isKnown = (merge: PlannedMerge) => Number(known.has(versionKey(merge)));
  return merges.toSorted((a, b) => isKnown(b) - isKnown(a));
}

/** The older versions in a plan that the target still accepts. */
function olderIn(present: Plan | undefined, users: UsersVirtualService): PlannedMerge[] {
  return renderable(present?.olderMerges ?? [], users);
}

/** The older versions of merges that have a newer one in the plan. */
function besides(older: readonly PlannedMerge[], merges: readonly PlannedMerge[]): PlannedMerge[] {
  const newer = new Map(merges.map((merge) => [merge.uid, merge]));
  return older
    .filter(({ uid, generation }) => (newer.get(uid)?.generation ?? generation) !== generation)
    .sort(byUid);
}

function byUid(a: PlannedMerge, b: PlannedMerge): number {
  return byText(a.uid, b.uid);
}
