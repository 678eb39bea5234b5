import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import { IGNORE_MARK, MERGE_FROM_ANNOTATION } from '../../api/marks.ts';
import { MERGED_LISTS, targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { patchProblems } from '../../istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../istio/merged-routes/target-problems.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { FieldProblem } from '../../istio/validate-match.ts';
import { cutText } from '../../k8s/cut-text.ts';
import { memoizedByText } from '../../k8s/memoize.ts';
import { isIgnored } from '../routes/ignored.ts';
import type { PlannedMerge } from '../routes/merge-codec.ts';
import { targetName } from '../routes/strip.ts';

export type MergeRefusalReason =
  | 'NoTarget'
  | 'Invalid'
  | 'NotAllowed'
  | 'TargetIgnored'
  | 'TargetIsDelegate';

/** Why a merge adds nothing to its target, and what to do. */
export interface MergeRefusal {
  reason: MergeRefusalReason;
  message: string;
}

/**
 * Undefined: the merge is accepted. `merge` may have any shape. `target`: the VirtualService that it names, in the shape of its API;
 * without it only the merge itself is checked.
 */
export function mergeRefusal(
  merge: VirtualServiceMerge,
  target: VirtualService | undefined,
): MergeRefusal | undefined {
  const wrong = wrongShape('VirtualServiceMerge', merge);
  if (wrong !== undefined) return { reason: 'Invalid', message: `${shapeText(wrong)}: correct it` };
  const named = targetOf(merge);
  if (named === undefined) {
    const message =
      'spec.target.name is missing: name the VirtualService that the routes are for, and with spec.target.namespace its namespace if that is another one';
    return { reason: 'NoTarget', message };
  }
  const refusal = target && targetRefusal(merge.metadata.namespace ?? '', named, target);
  return refusal ?? routesRefusal(routesOf(merge.spec.patch), target);
}

/** The same for a merge in a plan. Its routes were valid, but its target may have changed since. */
export function plannedRefusal(
  merge: PlannedMerge,
  target: VirtualService,
): MergeRefusal | undefined {
  return (
    targetRefusal(merge.namespace, targetName(target), target) ??
    routesRefusal(routesOf(merge), target, problemsOfPlanned(merge))
  );
}

/** A plan's merges are the same objects as long as the text of the plan is the same. */
const known = new WeakMap<PlannedMerge, readonly FieldProblem[]>();

function problemsOfPlanned(merge: PlannedMerge): readonly FieldProblem[] {
  const before = known.get(merge);
  if (before !== undefined) return before;
  const fresh = problemsOfText(JSON.stringify(routesOf(merge)));
  known.set(merge, fresh);
  return fresh;
}

/** Lists of routes, of any shape. */
interface Patch {
  http?: unknown;
  tcp?: unknown;
  tls?: unknown;
}

/** The lists that are there. */
export function routesOf(patch: Patch | null | undefined): Patch {
  const lists = MERGED_LISTS.map((list) => [list, patch?.[list]] as const);
  return Object.fromEntries(lists.filter(([, routes]) => routes !== undefined && routes !== null));
}

function routesRefusal(
  patch: Patch,
  target: VirtualService | undefined,
  problems = problemsOfText(JSON.stringify(patch)),
): MergeRefusal | undefined {
  const all = problems.length === 0 && target ? problemsIn(patch, target) : problems;
  if (all.length === 0) return undefined;
  const texts = all.map(({ field, message }) => `spec.patch.${field}: ${message}`);
  return { reason: 'Invalid', message: cutText(texts.join('; '), MAX_MESSAGE) };
}

const MAX_MESSAGE = 1024;

function problemsIn(patch: Patch, { spec }: VirtualService): readonly FieldProblem[] {
  return targetProblems(patch, { hosts: spec?.hosts ?? [], gateways: spec?.gateways ?? [] });
}

/** The same merges come with every sync and every write of their target. */
const problemsOfText: (text: string) => readonly FieldProblem[] = memoizedByText(
  {
    size: 1024,
    bytes: 2 * 2 ** 20,
    bytesOf: (problems: readonly FieldProblem[]) =>
      problems.reduce((bytes, { field, message }) => bytes + field.length + message.length, 64),
  },
  (text) => patchProblems(JSON.parse(text) as Patch),
);

function targetRefusal(
  namespace: string,
  named: string,
  target: VirtualService,
): MergeRefusal | undefined {
  const name = `VirtualService ${cutText(named, 320)}`;
  if (isIgnored(target)) {
    const message = `${name} is marked ${IGNORE_MARK}: "true", so it gets no routes: ask its owners to remove that label or annotation, or name another target`;
    return { reason: 'TargetIgnored', message };
  }
  if (!isConsenting(namespace, target)) {
    const message = `${name} is in another namespace, and does not allow merges from namespace ${namespace}: ask its owners to add ${namespace} to its annotation ${MERGE_FROM_ANNOTATION} (namespaces with commas between them, or * for all), or move the merge`;
    return { reason: 'NotAllowed', message };
  }
  if (target.spec?.hosts?.length) return undefined;
  const message = `${name} has no hosts: it is a delegate, whose routes Istio combines with those of its root. Name the root, or a VirtualService with spec.hosts`;
  return { reason: 'TargetIsDelegate', message };
}

/** A VirtualService takes merges of its own namespace, and of those that its annotation names. */
function isConsenting(namespace: string, { metadata }: VirtualService): boolean {
  if (metadata.namespace === namespace) return true;
  const allowed = (metadata.annotations?.[MERGE_FROM_ANNOTATION] ?? '').split(',');
  return allowed.some((item) => ['*', namespace].includes(item.trim()));
}
