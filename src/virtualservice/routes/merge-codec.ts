import type { MergeRef } from '../../api/virtualservicemerge.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { isMap } from '../../k8s/json-map.ts';

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

export const MERGE_NOTE_REASONS = [
  /** Its routes are written next, as a trial. */
  'Trial',
  /** The API server or a webhook refused the VirtualService with its routes. */
  'Refused',
  'TooLarge',
  /** Another merge of this VirtualService has a route of the same name, or an equal tcp or tls route. */
  'SameRoute',
  /** The VirtualService has an equal tcp or tls route of its own. */
  'OwnRoute',
  /** A route without a match takes the requests of what is behind it. */
  'TakesAll',
] as const;
export type MergeNoteReason = (typeof MERGE_NOTE_REASONS)[number];

/** What a merge's status must say and only the decision about its target knows. */
export interface MergeNote extends MergeVersion {
  reason: MergeNoteReason;
  message: string;
}

/** What a plan knows of merges. Version 0.1 ignores these fields. */
export interface PlannedMerges {
  merges?: PlannedMerge[];
  mergeNotes?: MergeNote[];
}

export function isMergeVersion(value: unknown): boolean {
  return isMap(value) && typeof value['uid'] === 'string' && Number.isInteger(value['generation']);
}
