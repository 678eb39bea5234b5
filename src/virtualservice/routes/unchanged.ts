import { jsonEqual } from '../../k8s/canonical.ts';

/**
 * Returns a function that answers, for a part of the next plan, the very object of the present plan if it has not changed. A plan that
 * was stored is the same object in every call (see `parsePlan`), so what was computed for such a part is still known, and it is equal
 * without a comparison. Each object of the present plan is answered once: two equal parts stay two objects.
 */
export function unchangedParts<T extends object>(
  present: readonly T[],
  keyOf: (part: T) => string,
): (part: T) => T {
  const left = new Map(present.map((part) => [keyOf(part), part]));
  return (part) => {
    const key = keyOf(part);
    const before = left.get(key);
    if (before === undefined || !jsonEqual(before, part)) return part;
    left.delete(key);
    return before;
  };
}
