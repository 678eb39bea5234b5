/** `from` is to stand before `to`. */
export interface Edge {
  from: number;
  to: number;
  /** The weakest of a circle is given up. */
  strength: number;
}

/**
 * The numbers below `count` in an order in which every edge holds, but for circles. As much as possible stays in order: what has to
 * stand before another is put directly before it.
 */
export function sortedBy(count: number, edges: readonly Edge[]): number[] {
  const leaving = Array.from({ length: count }, (): Edge[] => []);
  const arriving = Array.from({ length: count }, (): Edge[] => []);
  for (const edge of edges) {
    leaving[edge.from]?.push(edge);
    arriving[edge.to]?.push(edge);
  }
  const live = new Set(edges);
  const waiting = leaving.map((list) => list.length);
  const free = waiting.flatMap((number, index) => (number === 0 ? [index] : []));
  const giveUp = (edge: Edge) => {
    if (!live.delete(edge)) return;
    waiting[edge.from] = (waiting[edge.from] ?? 0) - 1;
    if (waiting[edge.from] === 0) insert(free, edge.from);
  };
  // From the end: the last of those that nobody else has to follow.
  const placed: number[] = [];
  const left = new Set(Array.from({ length: count }, (_, index) => count - 1 - index));
  while (left.size > 0) {
    const last = free.pop();
    if (last === undefined) {
      giveUp(weakest(circle(left, leaving, live)));
      continue;
    }
    placed.push(last);
    left.delete(last);
    for (const edge of arriving[last] ?? []) giveUp(edge);
  }
  return placed.reverse();
}

/** Into a list that ascends. */
function insert(list: number[], value: number): void {
  const at = list.findLastIndex((one) => one < value) + 1;
  list.splice(at, 0, value);
}

/** Some circle among those that are left, of which each has to stand before another. */
function circle(
  left: ReadonlySet<number>,
  leaving: readonly (readonly Edge[])[],
  live: ReadonlySet<Edge>,
): Edge[] {
  const [start = 0] = left;
  const path: Edge[] = [];
  const met = new Map<number, number>();
  for (let at = start; ; ) {
    const before = met.get(at);
    if (before !== undefined) return path.slice(before);
    met.set(at, path.length);
    const next = leaving[at]?.find((edge) => live.has(edge));
    if (next === undefined) return path;
    path.push(next);
    at = next.to;
  }
}

function weakest(edges: readonly Edge[]): Edge {
  return edges.reduce((a, b) =>
    b.strength < a.strength || (b.strength === a.strength && b.from > a.from) ? b : a,
  );
}
