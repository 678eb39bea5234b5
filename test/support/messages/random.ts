/** Choices of one trial: they follow from its seed, so that a trial can be repeated. */
export interface Random {
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  int(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
  /** Mostly a number of the first range; with the probability, one of the second. */
  mostly(usual: Range, rare: Range, probability: number): number;
}

export type Range = readonly [from: number, to: number];

/** The generator is mulberry32 (public domain): fast, and good enough for choices. */
export function randomOf(seed: number): Random {
  let state = (seed ^ Math.floor(seed / 2 ** 32)) >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const chance = (probability: number) => next() < probability;
  return {
    chance,
    int,
    pick(items) {
      const item = items[int(0, items.length - 1)];
      if (item === undefined) throw new Error('pick: there is nothing to pick from');
      return item;
    },
    mostly: (usual, rare, probability) => {
      const [from, to] = chance(probability) ? rare : usual;
      return int(from, to);
    },
  };
}
