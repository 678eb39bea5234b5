import { mergeRefOf, targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { nameOf } from '../../istio/objects.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import {
  type MergesRead,
  mergesInPlans,
  NO_MERGES_READ,
  readMerges,
} from '../common/cluster-merges.ts';
import { fullName, isMerged } from '../common/merges.ts';
import { notSeen } from '../common/missing-rights.ts';
import { asWritten, isBeingDeleted, isVirtualService } from '../common/user-objects.ts';

/** The merges of a preview on a cluster. */
export interface MergesInvolved {
  /** Those in question, in their new version. */
  wanted: VirtualServiceMerge[];
  /** What they name now, and what they will name: `namespace/name`. */
  targets: string[];
  /** All that were read from the cluster. */
  read: MergesRead;
}

/**
 * `given`: the merges of the files; undefined without files: then all merges of the cluster are in question. If none is in question, none
 * is read: what other merges have done is in the plans of VirtualServices.
 */
export async function mergesInvolved(
  open: OpenCluster,
  given: readonly VirtualServiceMerge[] | undefined,
): Promise<MergesInvolved> {
  if (given?.length === 0) return { wanted: [], targets: [], read: NO_MERGES_READ };
  const near = given?.flatMap(({ metadata }) => metadata.namespace ?? []) ?? [open.namespace];
  const read = await readMerges(open, [
    ...new Set([...near, ...namespacesOf(targetsOf(given ?? []))]),
  ]);
  const wanted = given ?? read.merges.filter((merge) => !isBeingDeleted(merge)).map(asWritten);
  const names = new Set(wanted.map(fullName));
  const present = read.merges.filter((merge) => names.has(fullName(merge)));
  return { wanted: [...wanted], targets: targetsOf([...wanted, ...present]), read };
}

function targetsOf(merges: readonly VirtualServiceMerge[]): string[] {
  return [...new Set(merges.flatMap((merge) => targetOf(merge) ?? []))];
}

/** `targets`: `namespace/name` */
export function namespacesOf(targets: readonly string[]): string[] {
  return targets.flatMap((target) => target.split('/')[0] ?? []);
}

/**
 * The merges that the cluster has already: `present` are those in question, `neighbours` others whose target is among `users`. Merges that
 * were not listed are taken from the plans of the cluster's VirtualServices (`objects`).
 */
export function mergesThere(
  { wanted, read }: MergesInvolved,
  objects: readonly KubeObject[],
  users: readonly KubeObject[],
): { present: VirtualServiceMerge[]; neighbours: VirtualServiceMerge[] } {
  const known = [
    ...read.merges.filter((merge) => !isBeingDeleted(merge)).map(asWritten),
    ...mergesInPlans(objects, read.isUnseen),
  ];
  const names = new Set(wanted.map(fullName));
  const targets = new Set(users.filter(isVirtualService).map(nameOf));
  return {
    present: known.filter((merge) => names.has(fullName(merge))),
    neighbours: known.filter(
      (merge) => !names.has(fullName(merge)) && targets.has(targetOf(merge) ?? ''),
    ),
  };
}

/** What the reader of the preview must know about the merges of the cluster. */
export function mergeNotes(
  { wanted, read }: MergesInvolved,
  after: readonly VirtualServiceMerge[],
): string[] {
  const { merges, denied, served, isUnseen } = read;
  const missing = wanted.filter((merge) => {
    const ref = mergeRefOf(merge);
    return !served.includes(ref.group) && !isUnseen(ref);
  });
  const groups = [...new Set(missing.map((merge) => mergeRefOf(merge).group))];
  return [
    ...denied.map((one) =>
      notSeen(one, 'other VirtualServiceMerges; their routes are taken from the VirtualServices'),
    ),
    ...groups.map(
      (group) =>
        `VirtualServiceMerge of ${group} is not installed in this cluster; this shows what would happen if it were`,
    ),
    ...merges
      .filter(isBeingDeleted)
      .map((merge) => `${fullName(merge)} is being deleted, and is left out`),
    ...after.flatMap((merge) => difference(merge, merges)),
  ];
}

/** A note if a merge with the same spec is merged in the cluster only, or in the preview only. */
function difference(
  merge: VirtualServiceMerge,
  existing: readonly VirtualServiceMerge[],
): string[] {
  const name = fullName(merge);
  const there = existing.find((one) => fullName(one) === name && !isBeingDeleted(one));
  if (there === undefined || !jsonEqual(there.spec, merge.spec)) return [];
  if (isMerged(there) === isMerged(merge)) return [];
  const state = isMerged(there) ? 'is merged' : 'is not merged';
  return [`${name} ${state} in the cluster, and this preview does not show why; see "get merges"`];
}
