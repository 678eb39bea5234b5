import {
  MERGED_LISTS,
  mergeRefOf,
  targetOf,
  type VirtualServiceMerge,
} from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import { byText, canonicalJson, jsonBytes } from '../../k8s/canonical.ts';
import { hash10 } from '../../k8s/hash.ts';
import { lastWritten } from '../../k8s/written.ts';
import type { Room } from '../plan/room.ts';
import {
  type MergeVersion,
  mergeFieldsOf,
  type PlannedMerge,
  type PlannedMerges,
  versionKey,
} from '../routes/merge-codec.ts';
import type { Plan } from '../routes/plan-codec.ts';
import { targetName } from '../routes/scope.ts';
import { type UsersVirtualService, withoutOurs } from '../routes/strip.ts';
import { fitMerges, fitOlder, type LeftOutMerge, mergesBytes } from './fit.ts';
import { type MergedLists, mergedLists } from './merged-lists.ts';
import { mergeNotes } from './notes.ts';
import { withoutOverlaps } from './overlaps.ts';
import { staleIn, versionsIn } from './presence.ts';
import { type MergeRefusal, mayMerge, mergeRefusal, plannedRefusal, routesOf } from './refusals.ts';
import { regexBudget, TOO_MANY_REGEXES } from './regex-budget.ts';
import { type Planned, plannedVersions } from './stand-in.ts';
import { keptWhileOff, objection } from './switched-off.ts';
import { nextTrial } from './trial.ts';

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

/** Most merges that get into one VirtualService: more do not fit into a plan. */
const MAX_MERGES = 256;
/** Most merges that are checked for it. The results of so many checks are remembered (`problemsOfText`). */
const MAX_CHECKED = 1024;

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
  const wanted = [...asked.wanted, ...planned.filter(({ group }) => unknownGroups.includes(group))];
  const forEnvs = jsonBytes(present?.injections ?? []);
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
  const left = room.plan - forEnvs - mergesBytes(fields);
  const told = mergeNotes(
    { trial, tooLarge, overlapping: [...overlapping, ...staying.overlapping], lists, users },
    left,
  );
  return {
    fields: mergeFieldsOf({ ...fields, mergeNotes: told }),
    lists,
    ...(trial.resyncAfterSeconds === undefined
      ? {}
      : { resyncAfterSeconds: trial.resyncAfterSeconds }),
  };
}

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

/**
 * The merges that may have routes here, in their present version. Where that is invalid, the version in the plan stays, if the target
 * still accepts it.
 */
function wantedMerges(
  merges: readonly VirtualServiceMerge[],
  users: UsersVirtualService,
  present: readonly PlannedMerge[],
): { wanted: PlannedMerge[]; costly: LeftOutMerge[] } {
  const target = targetName(users);
  const inPlan = new Map(present.map((merge) => [merge.uid, merge]));
  const isIn = ({ metadata }: VirtualServiceMerge) => inPlan.has(metadata.uid ?? '');
  const asking = merges
    .filter((merge) => targetOf(merge) === target && merge.metadata.deletionTimestamp === undefined)
    // Merges that the target does not accept must not push others out.
    .filter(({ metadata }) => mayMerge(metadata.namespace ?? '', users))
    .sort((a, b) => Number(isIn(b)) - Number(isIn(a)) || olderFirst(a, b))
    .slice(0, MAX_CHECKED);
  const wanted: PlannedMerge[] = [];
  const costly: LeftOutMerge[] = [];
  const isAffordable = regexBudget();
  for (const merge of asking) {
    // Those that add nothing must not push others out, either.
    if (wanted.length + costly.length >= MAX_MERGES) break;
    if (!isAffordable(merge.spec.patch)) {
      costly.push({ merge: versionOf(merge), message: TOO_MANY_REGEXES });
      continue;
    }
    const refusal = mergeRefusal(merge, users);
    const before = inPlan.get(merge.metadata.uid ?? '');
    if (refusal === undefined) wanted.push(...withRoutes(plannedOf(merge)));
    else if (before !== undefined && mayStay(before, refusal, users)) wanted.push(before);
  }
  return { wanted, costly };
}

function versionOf({ metadata: { uid = '', generation = 0 } }: VirtualServiceMerge): MergeVersion {
  return { uid, generation };
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

function withRoutes(merge: PlannedMerge): PlannedMerge[] {
  return MERGED_LISTS.some((list) => merge[list] !== undefined) ? [merge] : [];
}

function mayStay(
  before: PlannedMerge,
  { reason }: MergeRefusal,
  users: UsersVirtualService,
): boolean {
  return reason === 'Invalid' && plannedRefusal(before, users) === undefined;
}

function olderFirst(
  { metadata: a }: VirtualServiceMerge,
  { metadata: b }: VirtualServiceMerge,
): number {
  return (
    byText(a.creationTimestamp ?? '', b.creationTimestamp ?? '') || byText(a.uid ?? '', b.uid ?? '')
  );
}

/** Only for a merge that `mergeRefusal` accepts. In the order of the annotation's keys. */
function plannedOf(merge: VirtualServiceMerge): PlannedMerge {
  const { creationTimestamp = '', generation = 0, uid = '' } = merge.metadata;
  const { group, name, namespace } = mergeRefOf(merge);
  const { http, tcp, tls } = routesOf(merge.spec.patch) as Pick<
    PlannedMerge,
    'http' | 'tcp' | 'tls'
  >;
  return {
    created: creationTimestamp,
    generation,
    group,
    ...(http?.length ? { http } : {}),
    name,
    namespace,
    ...(tcp?.length ? { tcp } : {}),
    ...(tls?.length ? { tls } : {}),
    uid,
  };
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
