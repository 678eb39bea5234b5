/** Values by text, the oldest of which go when all together are larger than they may be. */
export interface ByteCache<V> {
  get(key: string): V | undefined;
  /** `bytes`: what it takes with its key, nearly. */
  set(key: string, value: V, bytes: number): void;
  /** A value that is there takes so many bytes more than it did. */
  grow(key: string, bytes: number): void;
}

/** One that is larger than `maxBytes` by itself is not kept at all. */
export function byteCache<V>(maxBytes: number): ByteCache<V> {
  const known = new Map<string, { value: V; bytes: number }>();
  let total = 0;
  const makeRoom = () => {
    for (const [key, { bytes }] of known) {
      if (total <= maxBytes) return;
      known.delete(key);
      total -= bytes;
    }
  };
  return {
    get: (key) => known.get(key)?.value,
    set: (key, value, bytes) => {
      total += bytes - (known.get(key)?.bytes ?? 0);
      known.delete(key);
      known.set(key, { value, bytes });
      makeRoom();
    },
    grow: (key, bytes) => {
      const entry = known.get(key);
      if (entry === undefined) return;
      entry.bytes += bytes;
      total += bytes;
      makeRoom();
    },
  };
}
