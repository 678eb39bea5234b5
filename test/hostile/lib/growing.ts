/** What grows, and how far: see `Family`. */
export type Growing<T> = Readonly<Record<string, { most: number; of: (size: number) => T }>>;
