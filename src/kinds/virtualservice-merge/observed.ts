import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { VirtualService } from '../../istio/types.ts';
import { mayMerge } from '../../virtualservice/merges/refusals.ts';
import type { Target } from './target.ts';
import { targetText } from './target.ts';

const KEY = 'VirtualService.networking.istio.io/v1';

/** What is known of a merge's target. */
export interface Observed {
  /** Undefined: the merge names none. */
  target: Target | undefined;
  /** Undefined: it does not exist, or it cannot be read, or it is hidden. */
  virtualService: VirtualService | undefined;
  /** It is in another namespace and does not allow this merge, or it does not exist there. Which of them must not be told. */
  isHidden?: boolean;
  /** It exists, and cannot be read: names the wrong field. */
  unreadable?: string;
}

/** `namespace`: of the merge. Undefined: VirtualServices were not sent, so nothing is known. */
export function observe(
  target: Target | undefined,
  related: ObjectMap,
  namespace: string,
): Observed | undefined {
  if (target === undefined) return { target, virtualService: undefined };
  const sent = related[KEY];
  if (sent === undefined) return undefined;
  // The key has a slash, so it is no member of Object.prototype.
  const found = sent[targetText(target)];
  const isHidden =
    target.namespace !== namespace &&
    (found === undefined || !mayMerge(namespace, found as VirtualService));
  if (isHidden) return { target, virtualService: undefined, isHidden };
  if (found === undefined) return { target, virtualService: undefined };
  const wrong = wrongShape('VirtualService', found, false);
  return wrong === undefined
    ? { target, virtualService: found as VirtualService }
    : { target, virtualService: undefined, unreadable: shapeText(wrong) };
}
