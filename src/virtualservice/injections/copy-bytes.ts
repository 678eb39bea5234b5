import type { HTTPRoute } from '../../istio/types.ts';
import { jsonBytes } from '../../k8s/canonical.ts';

/**
 * Returns a function that counts the bytes of a route as JSON. Most parts of copies are the same objects in many copies: the fields of the
 * user's route, and what a link adds. Each of them is counted once.
 */
export function routeBytes(): (route: HTTPRoute) => number {
  const knownParts = new Map<unknown, number>();
  const bytesOf = (part: unknown) => {
    const before = knownParts.get(part);
    if (before !== undefined) return before;
    const bytes = jsonBytes(part);
    knownParts.set(part, bytes);
    return bytes;
  };
  return (route) => {
    let bytes = 0;
    for (const key in route) {
      const part = route[key as keyof HTTPRoute];
      // A colon, and a comma or brace behind it.
      if (part !== undefined) bytes += bytesOf(key) + 1 + bytesOf(part) + 1;
    }
    return Math.max(bytes, 1) + 1;
  };
}
