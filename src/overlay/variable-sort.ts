import { componentsOf } from './components.ts';
import { maxHeap } from './max-heap.ts';

/** A constraint: `from` comes before `to`. */
export interface Edge {
  from: number;
  to: number;
  /** In cycles, the weakest constraints are dropped. */
  strength: number;
}

/**
 * The numbers below `count` in an order in which every edge holds, except in cycles. The order changes as little as possible: a number
 * that has to move is put directly before the one that needs it. The cost grows with the number of edges, not with its square.
 */
export function sortedBy(count: number, edges: readonly Edge[]): number[] {
  const incoming = Array.from({ length: count }, (): Edge[] => []);
  const waiting = new Array<number>(count).fill(0);
  for (const edge of edges) {
    incoming[edge.to]?.push(edge);
    waiting[edge.from] = (waiting[edge.from] ?? 0) + 1;
  }
  const free = maxHeap();
  const release = (index: number) => waiting[index] === 0 && free.push(index);
  for (const index of waiting.keys()) release(index);
  const live = new Set(edges);
  const giveUp = (edge: Edge) => {
    if (!live.delete(edge)) return;
    waiting[edge.from] = (waiting[edge.from] ?? 0) - 1;
    release(edge.from);
  };
  // From the end: the last of those that have nothing left to come after them.
  const placed: number[] = [];
  while (placed.length < count) {
    const last = free.pop();
    if (last === undefined) {
      for (const edge of weakestInCycles(count, [...live])) giveUp(edge);
      continue;
    }
    placed.push(last);
    for (const edge of incoming[last] ?? []) giveUp(edge);
  }
  return placed.reverse();
}

/** Afterwards, all edges in cycles are stronger. So this is needed at most once for each strength. */
function weakestInCycles(count: number, edges: readonly Edge[]): Edge[] {
  const component = componentsOf(count, edges);
  const found = edges.filter(({ from, to }) => component[from] === component[to]);
  const weakest = found.reduce((least, { strength }) => Math.min(least, strength), Infinity);
  return found.filter(({ strength }) => strength === weakest);
}
