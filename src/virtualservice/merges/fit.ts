import { byText, jsonBytes } from '../../k8s/canonical.ts';
import { once, type Room } from '../plan/room.ts';
import { MAX_PLAN_BYTES } from '../routes/limits.ts';
import { type PlannedMerge, type PlannedMerges, versionKey } from '../routes/merge-codec.ts';
import { NOTES_BYTES } from './notes-bytes.ts';

/** Most bytes of a plan that all merges may have: three quarters, so that there is always room for envs. */
export const MERGES_BYTES = (MAX_PLAN_BYTES * 3) / 4;
/** Most bytes of a plan that one merge may have: a quarter. */
export const MERGE_BYTES = MAX_PLAN_BYTES / 4;
/** A merged route has a longer name in the VirtualService than in the plan, and `tcp` and `tls` routes have a marker. */
const BESIDE_ROUTE_BYTES = 640;
/** For a merge's version in the lists of trials and refusals. */
const BOOKKEEPING_BYTES = 256;

/** A merge that gets no room. */
export interface TooLargeMerge {
  merge: PlannedMerge;
  message: string;
}

/**
 * The merges for which there is room. Those in the present plan come first, then the older ones. Who is in stays in: a new or larger one
 * gets only what neither merges nor envs of the present plan have. `forEnvs`: bytes of the present plan's injections.
 */
export function fitMerges(
  wanted: readonly PlannedMerge[],
  present: readonly PlannedMerge[],
  room: Room,
  forEnvs: number,
): { kept: PlannedMerge[]; tooLarge: TooLargeMerge[] } {
  const before = new Map(present.map((merge) => [merge.uid, jsonBytes(merge) + BOOKKEEPING_BYTES]));
  const asked = wanted.map((merge) => {
    const bytes = jsonBytes(merge) + BOOKKEEPING_BYTES;
    const had = before.get(merge.uid) ?? 0;
    // An older version may have to stay for a while.
    return { merge, bytes: Math.max(bytes, had), isSettled: bytes <= had };
  });
  asked.sort(
    (a, b) =>
      Number(b.isSettled) - Number(a.isSettled) ||
      byText(a.merge.created, b.merge.created) ||
      byText(versionKey(a.merge), versionKey(b.merge)),
  );
  let plan = 0;
  let routes = 0;
  const kept: PlannedMerge[] = [];
  const tooLarge: TooLargeMerge[] = [];
  for (const { merge, bytes, isSettled } of asked) {
    const forRoutes = bytes + countRoutes(merge) * BESIDE_ROUTE_BYTES;
    const left =
      Math.min(MERGES_BYTES, isSettled ? room.plan : room.plan - forEnvs - NOTES_BYTES) - plan;
    const message = problem(bytes, left) ?? (hasRoom(routes + forRoutes, room) ? undefined : FULL);
    if (message !== undefined) {
      tooLarge.push({ merge, message });
      continue;
    }
    plan += bytes + 1;
    routes += forRoutes;
    kept.push(merge);
  }
  return { kept, tooLarge };
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

/** The room that is left for envs. */
export function roomBeside(merges: PlannedMerges, rendered: readonly unknown[], room: Room): Room {
  const forRoutes = once(() => (rendered.length === 0 ? 0 : jsonBytes(rendered)));
  return {
    ...room,
    plan: room.plan - jsonBytes(merges),
    routes: () => room.routes() - forRoutes(),
    routesAtLeast: () => room.routesAtLeast() - forRoutes(),
  };
}
