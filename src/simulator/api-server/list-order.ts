/** The order of a merged list's items, by their keys. */
export type ListOrder = (live: readonly string[], desired: readonly string[]) => string[];

/** Items of the live list first, then the new ones. */
export const liveFirst: ListOrder = (live, desired) => [
  ...live,
  ...desired.filter((key) => !live.includes(key)),
];

/**
 * The order of the applied list. A live item that is not applied comes as early as the order of the live list allows
 * (`visitListItems` in structured-merge-diff's `typed/merge.go`).
 */
export const appliedOrder: ListOrder = (live, desired) => {
  const wanted = new Set(desired);
  const shared = desired.filter((key) => live.includes(key));
  const order: string[] = [];
  let at = 0;
  // Adds the live items before `next` that are not applied. Those that are applied get their place later.
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
