import type { VirtualService } from '../../istio/types.ts';
import { rfc3339, secondsSince } from '../../k8s/time.ts';
import {
  hasMergeFields,
  type MergesOff,
  mergeFieldsOf,
  type PlannedMerges,
} from '../routes/merge-codec.ts';
import type { Plan } from '../routes/plan-codec.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { type MergedLists, mergedLists } from './merged-lists.ts';
import { staleIn } from './presence.ts';
import { plannedRefusal } from './refusals.ts';

/** Replicas with the kind have so long to object, and so long nobody asks again. */
export const WAIT_SECONDS = 180;
/**
 * Within the wait, syncs come so often. One of them should reach a replica with the kind: if this is one of three, the chance that thirty
 * syncs miss it is one in 190,000.
 */
const RESYNC_SECONDS = 6;
/** An objection is forgotten after this time. */
const FORGET_SECONDS = 600;

interface Kept {
  fields: PlannedMerges;
  lists: MergedLists;
  resyncAfterSeconds: number;
}

/**
 * What a replica without the kind (or without an API group of it) does with the merges of a plan. While a rollout switches the kind on
 * or off, replicas with it and without it answer in turn; if each wrote what it knows, routes would leave and come back with every
 * write. So a replica without it first notes in the plan that it would remove the merges. Any replica with the kind objects (see
 * `objection`). Undefined: nobody has objected, or there are no merges; they are removed. `at` is only compared with the clocks of
 * replicas without the kind, and `denied` with those of replicas that have it.
 */
export function keptWhileOff(
  virtualService: VirtualService,
  users: UsersVirtualService,
  present: Plan | undefined,
  now: Date,
): Kept | undefined {
  if (present === undefined || !hasMergeFields(present)) return undefined;
  const { merges = [], mergesOff: noted } = present;
  const age = noted === undefined ? WAIT_SECONDS : Math.abs(secondsSince(noted.at, now));
  const isOver = age >= WAIT_SECONDS;
  if (isOver && noted !== undefined && noted.denied === undefined) return undefined;
  const mergesOff = isOver || noted === undefined ? { at: rfc3339(now) } : noted;
  const lists = mergedLists(
    merges.filter((merge) => plannedRefusal(merge, users) === undefined),
    users,
  );
  const staleRoutes = staleIn(virtualService, lists, present);
  return {
    fields: mergeFieldsOf({ ...present, mergesOff, staleRoutes }),
    lists,
    resyncAfterSeconds:
      mergesOff.denied === undefined ? RESYNC_SECONDS : Math.ceil(WAIT_SECONDS - age),
  };
}

/** What a replica with the kind makes of the note of one without it. */
export function objection(noted: MergesOff | undefined, now: Date): { mergesOff?: MergesOff } {
  if (noted === undefined) return {};
  if (noted.denied === undefined) return { mergesOff: { ...noted, denied: rfc3339(now) } };
  return Math.abs(secondsSince(noted.denied, now)) < FORGET_SECONDS ? { mergesOff: noted } : {};
}
