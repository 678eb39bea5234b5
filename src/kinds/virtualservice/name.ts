import type { VirtualService } from '../../istio/types.ts';

/** As people write it in sentences and logs: `shop/backend`. */
export function nameOf({ metadata }: VirtualService): string {
  return `${metadata.namespace}/${metadata.name}`;
}
