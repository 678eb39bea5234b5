import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import { IGNORE_MARK, MERGE_FROM_ANNOTATION } from '../../api/marks.ts';
import { targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import { cutText } from '../../k8s/cut-text.ts';
import { isIgnored } from '../routes/ignored.ts';

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
  return target && targetRefusal(merge.metadata.namespace ?? '', named, target);
}

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
