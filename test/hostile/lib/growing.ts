/** Objects of growing size, and their largest size (see `Family`). */
export type Growing<T> = Readonly<Record<string, { most: number; of: (size: number) => T }>>;
