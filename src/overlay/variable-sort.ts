/** A constraint: `from` comes before `to`. */
export interface Edge {
  from: number;
  to: number;
  /** In a cycle, the weakest constraint is dropped. */
  strength: number;
}

/**
 * The numbers below `count` in an order in which every edge holds, except in cycles. The order changes as little as possible: a number
 * that has to move is put directly before the one that needs it.
 */
export function sortedBy(count: number, edges: readonly Edge[]): number[] {
  const outgoing = Array.from({ length: count }, (): Edge[] => []);
  const incoming = Array.from({ length: count }, (): Edge[] => []);
  for (const edge of edges) {
    outgoing[edge.from]?.push(edge);
    incoming[edge.to]?.push(edge);
  }
  const live = new Set(edges);
  const waiting = outgoing.map((list) => list.length);
  const free = waiting.flatMap((number, index) => (number === 0 ? [index] : []));
  const giveUp = (edge: Edge) => {
    if (!live.delete(edge)) return;
    waiting[edge.from] = (waiting[edge.from] ?? 0) - 1;
    if (waiting[edge.from] === 0) insert(free, edge.from);
  };
  // From the end: the last of those that have nothing left to come after them.
  const placed: number[] = [];
  const left = new Set(Array.from({ length: count }, (_, index) => count - 1 - index));
  while (left.size > 0) {
    const last = free.pop();
    if (last === undefined) {
      giveUp(weakest(cycle(left, outgoing, live)));
      continue;
    }
    placed.push(last);
    left.delete(last);
    for (const edge of incoming[last] ?? []) giveUp(edge);
  }
  return placed.reverse();
}

/** Inserts into an ascending list. */
function insert(list: number[], value: number): void {
  const at = list.findLastIndex((one) => one < value) + 1;
  list.splice(at, 0, value);
}

/** The edges of some cycle among the numbers that are left, each of which has an outgoing edge. */
function cycle(
  left: ReadonlySet<number>,
  outgoing: readonly (readonly Edge[])[],
  live: ReadonlySet<Edge>,
): Edge[] {
  const [start = 0] = left;
  const path: Edge[] = [];
  const met = new Map<number, number>();
  for (let at = start; ; ) {
    const before = met.get(at);
    if (before !== undefined) return path.slice(before);
    met.set(at, path.length);
    const next = outgoing[at]?.find((edge) => live.has(edge));
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
