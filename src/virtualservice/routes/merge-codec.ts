import type { MergeRef } from '../../api/virtualservicemerge.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { isMap, type JsonMap } from '../../k8s/json-map.ts';

/** A route of `tcp` or `tls`. They have no names. */
export type L4Route = Readonly<Record<string, unknown>>;

/** One version of a VirtualServiceMerge: a new generation is another one. */
export interface MergeVersion {
  uid: string;
  generation: number;
}

/** The part of one VirtualServiceMerge that rendering needs: its routes as its author wrote them. */
export interface PlannedMerge extends MergeRef, MergeVersion {
  /** Its creationTimestamp. */
  created: string;
  http?: HTTPRoute[];
  tcp?: L4Route[];
  tls?: L4Route[];
}

/** The most urgent first. */
export const MERGE_NOTE_REASONS = [
  /** The API server or a webhook refused the VirtualService with its routes. */
  'Refused',
  'TooLarge',
  /** With its tcp or tls routes beside those of another merge, proxies would refuse the listener. */
  'Overlap',
  /** Another merge of this VirtualService has a route of the same name, or an equal tcp or tls route. */
  'SameRoute',
  /** The VirtualService has an equal tcp or tls route of its own. */
  'OwnRoute',
  /** A route without a match takes the requests of what is behind it. */
  'TakesAll',
  /** Its routes are written next, as a trial. */
  'Trial',
] as const;
export type MergeNoteReason = (typeof MERGE_NOTE_REASONS)[number];

/** What a merge's status must say and only the decision about its target knows. */
export interface MergeNote extends MergeVersion {
  reason: MergeNoteReason;
  message: string;
}

/** Merges whose routes are being tried: the API server or a webhook may refuse the VirtualService with them. */
export interface MergeTrial {
  /** See `versionKey`. */
  versions: string[];
  /** When it began (RFC 3339). */
  at: string;
  /** How often it began for these merges. */
  times: number;
}

/** A merge version with which the VirtualService was refused. */
export interface RefusedMerge {
  /** See `versionKey`. */
  version: string;
  /** When it was refused (RFC 3339). */
  at: string;
  times: number;
  /** Hash of the VirtualService's own part: with another one it is tried again. */
  target: string;
}

/** A replica without the kind of merges would remove them (see `keptWhileOff`). */
export interface MergesOff {
  /** Since when (RFC 3339). */
  at: string;
  /** When a replica with the kind objected. */
  denied?: string;
}

/** Merges that are left out without a note. */
export interface UntoldMerges {
  /** How many have a reason of their own, for which the plan has no room. */
  count: number;
  /** This one and younger ones that are not in the plan are beyond the number of merges that are looked at (see `ageKey`). */
  from?: string;
}

/** What a plan knows of merges. Version 0.1 ignores these fields. */
export interface PlannedMerges {
  merges?: PlannedMerge[];
  /**
   * Of merges whose version in `merges` has not been seen in the VirtualService: the version before. It counts again if that one is
   * refused, and a user's write has its routes meanwhile.
   */
  olderMerges?: PlannedMerge[];
  mergeNotes?: MergeNote[];
  mergeTrial?: MergeTrial;
  /** Of a trial that failed: these are tried one by one (see `versionKey`). */
  mergeSuspects?: string[];
  mergesOff?: MergesOff;
  mergesUntold?: UntoldMerges;
  refusedMerges?: RefusedMerge[];
  /** Rendered routes of `tcp` and `tls` that are to be removed (see `l4Key`). */
  staleRoutes?: string[];
}

/** The name of a version in a plan. */
export function versionKey({ uid, generation }: MergeVersion): string {
  return `${uid}@${generation}`;
}

/** Sorts merges by age, the oldest first. `created`: its creationTimestamp. */
export function ageKey({ created, uid }: { created: string; uid: string }): string {
  return `${created} ${uid}`;
}

/** The members of a plan that are about merges, in the order in which they are written. */
export const MERGE_FIELDS = [
  'mergeNotes',
  'mergeSuspects',
  'mergeTrial',
  'merges',
  'mergesOff',
  'mergesUntold',
  'olderMerges',
  'refusedMerges',
  'staleRoutes',
] as const satisfies readonly (keyof PlannedMerges)[];

/** The part of a plan that is about merges; members that would be empty are left out. */
export function mergeFieldsOf(plan: PlannedMerges): PlannedMerges {
  const present = MERGE_FIELDS.map((field) => [field, plan[field]] as const).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(present);
}

/** A plan without that part. */
export function withoutMergeFields<P extends PlannedMerges>(plan: P): Omit<P, keyof PlannedMerges> {
  const entries = Object.entries(plan).filter(([key]) => !MERGE_FIELDS.some((one) => one === key));
  return Object.fromEntries(entries) as Omit<P, keyof PlannedMerges>;
}

export function hasMergeFields(plan: PlannedMerges): boolean {
  return MERGE_FIELDS.some((field) => plan[field] !== undefined);
}

/** Has the part of a plan about merges this shape? A plan without merges has none of it. */
export function isPlannedMerges(plan: JsonMap): boolean {
  return MERGE_FIELDS.every((field) => plan[field] === undefined || SHAPES[field](plan[field]));
}

const isTexts = (value: unknown) => isListOf(value, (item) => typeof item === 'string');
const isRoutes = (value: unknown) => value === undefined || isListOf(value, isMap);

const SHAPES: Record<(typeof MERGE_FIELDS)[number], (value: unknown) => boolean> = {
  merges: (value) => isListOf(value, isPlannedMerge),
  mergesOff: (value) =>
    isMap(value) &&
    typeof value['at'] === 'string' &&
    (value['denied'] === undefined || typeof value['denied'] === 'string'),
  mergesUntold: (value) =>
    isMap(value) &&
    Number.isInteger(value['count']) &&
    (value['from'] === undefined || typeof value['from'] === 'string'),
  olderMerges: (value) => isListOf(value, isPlannedMerge),
  mergeNotes: (value) => isListOf(value, isMergeNote),
  mergeTrial: (value) =>
    isMap(value) &&
    isTexts(value['versions']) &&
    typeof value['at'] === 'string' &&
    Number.isInteger(value['times']),
  mergeSuspects: isTexts,
  refusedMerges: (value) => isListOf(value, isRefused),
  staleRoutes: isTexts,
};

function isVersion(value: JsonMap): boolean {
  return typeof value['uid'] === 'string' && Number.isInteger(value['generation']);
}

function isPlannedMerge(value: unknown): boolean {
  return (
    isMap(value) &&
    isVersion(value) &&
    ['group', 'namespace', 'name', 'created'].every((key) => typeof value[key] === 'string') &&
    ['http', 'tcp', 'tls'].every((key) => isRoutes(value[key]))
  );
}

function isMergeNote(value: unknown): boolean {
  return (
    isMap(value) &&
    isVersion(value) &&
    typeof value['message'] === 'string' &&
    MERGE_NOTE_REASONS.some((reason) => reason === value['reason'])
  );
}

function isRefused(value: unknown): boolean {
  return (
    isMap(value) &&
    ['version', 'at', 'target'].every((key) => typeof value[key] === 'string') &&
    Number.isInteger(value['times'])
  );
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}
