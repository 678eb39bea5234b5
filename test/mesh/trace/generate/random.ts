/** Pseudo-random choices. The same seed gives the same choices. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** `count` different items, in the list's order. */
  some<T>(list: readonly T[], count: number): T[];
  /** One of the values, with these weights. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T;
}

/** Uses the algorithm Mulberry32. Each `stream` is an independent sequence for the same seed. */
export function createRandom(seed: number, stream = 0): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const int = (below: number) => Math.floor(next() * below);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[int(list.length)];
    if (list.length === 0) throw new Error('nothing to pick from');
    return item as T;
  };
  return {
    int,
    pick,
    chance: (probability) => next() < probability,
    some: (list, count) => {
      const indices = list.map((_, index) => index);
      const taken = Array.from({ length: Math.min(count, list.length) }, () => {
        const [index = 0] = indices.splice(int(indices.length), 1);
        return index;
      });
      return list.filter((_, index) => taken.includes(index));
    },
    weighted: (choices) => {
      const total = choices.reduce((sum, [weight]) => sum + weight, 0);
      let rest = next() * total;
      for (const [weight, value] of choices) {
        rest -= weight;
        if (rest < 0) return value;
      }
      return pick(choices)[1];
    },
  };
}
