import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { Target } from './target.ts';
import { targetText } from './target.ts';

const KEY = 'VirtualService.networking.istio.io/v1';

/** What is known of a merge's target. */
export interface Observed {
  /** Undefined: the merge names none. */
  target: Target | undefined;
  /** Undefined: it does not exist, or it cannot be read. */
  virtualService: VirtualService | undefined;
  /** It exists, and cannot be read: names the wrong field. */
  unreadable?: string;
}

/** Undefined: VirtualServices were not sent, so nothing is known. */
export function observe(target: Target | undefined, related: ObjectMap): Observed | undefined {
  if (target === undefined) return { target, virtualService: undefined };
  const sent = Object.hasOwn(related, KEY) ? related[KEY] : undefined;
  if (sent === undefined) return undefined;
  const key = targetText(target);
  const found = Object.hasOwn(sent, key) ? sent[key] : undefined;
  if (found === undefined) return { target, virtualService: undefined };
  const wrong = wrongShape('VirtualService', found, false);
  return wrong === undefined
    ? { target, virtualService: found as VirtualService }
    : { target, virtualService: undefined, unreadable: shapeText(wrong) };
}
