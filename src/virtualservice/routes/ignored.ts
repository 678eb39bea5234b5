import { IGNORE_MARK, isTrue } from '../../api/marks.ts';
import type { VirtualService } from '../../istio/types.ts';

/** Has somebody marked the VirtualService so that it gets no routes of ours? */
export function isIgnored({ metadata }: VirtualService): boolean {
  return isTrue(metadata.labels?.[IGNORE_MARK]) || isTrue(metadata.annotations?.[IGNORE_MARK]);
}
