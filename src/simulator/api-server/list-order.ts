/** In which order the items of a merged list stand, by their keys. */
export type ListOrder = (live: readonly string[], desired: readonly string[]) => string[];

/** Items that were there first, then the new ones. */
export const liveFirst: ListOrder = (live, desired) => [
  ...live,
  ...desired.filter((key) => !live.includes(key)),
];

/**
 * The order of what is applied; an item that it does not have comes as early as its live neighbours let it (`visitListItems`
 * in structured-merge-diff's `typed/merge.go`).
 */
export const appliedOrder: ListOrder = (live, desired) => {
  const wanted = new Set(desired);
  const shared = desired.filter((key) => live.includes(key));
  const order: string[] = [];
  let at = 0;
  // Live items that nobody applies; those of both that come later are passed over, until the next of both.
  const passOver = (next: string | undefined) => {
    for (; at < live.length && (next === undefined || live[at] !== next); at += 1) {
      const own = live[at] ?? '';
      if (!wanted.has(own)) order.push(own);
    }
  };
  for (const key of desired) {
    passOver(shared[0]);
    order.push(key);
    if (key !== shared[0]) continue;
    shared.shift();
    if (live[at] === key) at += 1;
  }
  passOver(undefined);
  return order;
};
