/** Objects of a size that can be chosen. `most`: the largest size (see `Family`). */
export type Growing<T> = Readonly<Record<string, { most: number; of: (size: number) => T }>>;
