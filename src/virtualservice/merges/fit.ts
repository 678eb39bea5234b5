import { byText, jsonBytes } from '../../k8s/canonical.ts';
import { once } from '../../k8s/memoize.ts';
import type { Room } from '../plan/room.ts';
import { MAX_PLAN_BYTES, MERGE_BYTES } from '../routes/limits.ts';
import {
  type MergeVersion,
  type PlannedMerge,
  type PlannedMerges,
  versionKey,
} from '../routes/merge-codec.ts';
import { plannedBytes, plannedListBytes } from '../routes/planned-bytes.ts';

/** Most bytes of a plan that all merges may have: a few envs always have room beside them. */
export const MERGES_BYTES = MAX_PLAN_BYTES - 4096;
/** A merged route has a longer name in the VirtualService than in the plan, and `tcp` and `tls` routes have a marker. */
const BESIDE_ROUTE_BYTES = 640;
/** For a merge's version in the lists of trials. One that was refused is in a longer list, but its routes are not in the plan. */
const BOOKKEEPING_BYTES = 96;

/** A merge that is not among the routes because of others, or because of its size. */
export interface LeftOutMerge {
  merge: MergeVersion;
  message: string;
}

/**
 * The merges for which there is room. Those in the present plan come first, then the older ones. Who is in stays in: a new or larger one
 * gets only what neither merges nor envs of the present plan have. `present`: may have two versions of a merge, of which each may have
 * to stay. `forEnvs`: bytes of the present plan's injections.
 */
export function fitMerges(
  wanted: readonly PlannedMerge[],
  present: readonly PlannedMerge[],
  room: Room,
  forEnvs: number,
): { kept: PlannedMerge[]; tooLarge: LeftOutMerge[] } {
  const before = largestByUid(present);
  const asked = wanted.map((merge) => {
    const size = sizeOf(merge);
    const had = before.get(merge.uid) ?? NOTHING;
    // An older version may have to stay for a while.
    return { merge, had, size: larger(size, had), isSettled: size.plan <= had.plan };
  });
  asked.sort(
    (a, b) =>
      Number(b.isSettled) - Number(a.isSettled) ||
      byText(a.merge.created, b.merge.created) ||
      byText(versionKey(a.merge), versionKey(b.merge)),
  );
  // What a larger version has no room for, the older one keeps.
  const older = asked.filter(({ isSettled }) => !isSettled).map(({ had }) => had);
  let taken = older.reduce(sum, NOTHING);
  const kept: PlannedMerge[] = [];
  const tooLarge: LeftOutMerge[] = [];
  for (const { merge, had, size, isSettled } of asked) {
    const others = isSettled ? taken : less(taken, had);
    const forMerges = isSettled ? room.plan : room.plan - forEnvs;
    const left = Math.min(MERGES_BYTES, forMerges) - others.plan;
    const all = sum(others, size);
    const message = problem(size.plan, left) ?? (hasRoom(all.routes, room) ? undefined : FULL);
    if (message === undefined) {
      taken = all;
      kept.push(merge);
    } else {
      tooLarge.push({ merge, message });
    }
  }
  return { kept, tooLarge };
}

/** Bytes that a merge takes in the plan, and in the VirtualService. */
interface Size {
  plan: number;
  routes: number;
}

const NOTHING: Size = { plan: 0, routes: 0 };

function sizeOf(merge: PlannedMerge): Size {
  const plan = plannedBytes(merge) + BOOKKEEPING_BYTES;
  return { plan, routes: plan + countRoutes(merge) * BESIDE_ROUTE_BYTES };
}

function largestByUid(merges: readonly PlannedMerge[]): Map<string, Size> {
  const sizes = new Map<string, Size>();
  for (const merge of merges) {
    sizes.set(merge.uid, larger(sizeOf(merge), sizes.get(merge.uid) ?? NOTHING));
  }
  return sizes;
}

function larger(a: Size, b: Size): Size {
  return { plan: Math.max(a.plan, b.plan), routes: Math.max(a.routes, b.routes) };
}

function sum(a: Size, b: Size): Size {
  return { plan: a.plan + b.plan, routes: a.routes + b.routes };
}

function less(a: Size, b: Size): Size {
  return { plan: a.plan - b.plan, routes: a.routes - b.routes };
}

const FULL =
  'the VirtualService has no room for its routes: delete another merge, or split the VirtualService';

function problem(bytes: number, left: number): string | undefined {
  if (bytes > MERGE_BYTES) {
    return `its routes take ${bytes} bytes, and one merge may have ${MERGE_BYTES} in a VirtualService: split it, or use fewer or shorter routes`;
  }
  if (bytes <= left) return undefined;
  return `its routes take ${bytes} bytes, and ${Math.max(0, left)} are left for merges in this VirtualService: delete another merge, or split the VirtualService`;
}

function hasRoom(bytes: number, room: Room): boolean {
  return bytes <= room.routesAtLeast() || bytes <= room.routes();
}

function countRoutes({ http = [], tcp = [], tls = [] }: PlannedMerge): number {
  return http.length + tcp.length + tls.length;
}

/** Bytes of the part of a plan about merges. Older versions have room of their own; a rollout of this service must not push envs out. */
export function mergesBytes({
  olderMerges: _older,
  mergesOff: _off,
  merges,
  ...fields
}: PlannedMerges): number {
  if (merges === undefined) return jsonBytes(fields);
  return jsonBytes({ ...fields, merges: [] }) - EMPTY_LIST_BYTES + plannedListBytes(merges);
}

const EMPTY_LIST_BYTES = plannedListBytes([]);

/** The older versions for which there is room: the first ones, if not all. */
export function fitOlder(older: readonly PlannedMerge[], room: number): PlannedMerge[] {
  let bytes = 0;
  return older.filter((merge) => {
    bytes += olderBytes(merge);
    return bytes <= room;
  });
}

export function olderBytes(merge: PlannedMerge): number {
  return plannedBytes(merge) + 1;
}

/** The room that is left for envs. */
export function roomBeside(merges: PlannedMerges, rendered: readonly unknown[], room: Room): Room {
  const forRoutes = once(() => (rendered.length === 0 ? 0 : jsonBytes(rendered)));
  return {
    ...room,
    plan: room.plan - mergesBytes(merges),
    routes: () => room.routes() - forRoutes(),
    routesAtLeast: () => room.routesAtLeast() - forRoutes(),
  };
}
