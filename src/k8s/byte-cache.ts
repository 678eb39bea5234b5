/** Values by text, the oldest of which go when there are too many, or all together are larger than they may be. */
export interface ByteCache<V> {
  get(key: string): V | undefined;
  /** `bytes`: what it takes with its key, nearly. */
  set(key: string, value: V, bytes: number): void;
  /** A value that is there takes so many bytes more than it did. */
  grow(key: string, bytes: number): void;
}

/** One that is larger than `maxBytes` by itself is not kept at all, and makes no room for itself. */
export function byteCache<V>(
  maxBytes: number,
  maxEntries = Number.POSITIVE_INFINITY,
): ByteCache<V> {
  const known = new Map<string, { value: V; bytes: number }>();
  let total = 0;
  const makeRoom = () => {
    for (const [key, { bytes }] of known) {
      if (total <= maxBytes && known.size <= maxEntries) return;
      known.delete(key);
      total -= bytes;
    }
  };
  return {
    get: (key) => known.get(key)?.value,
    set: (key, value, bytes) => {
      total -= known.get(key)?.bytes ?? 0;
      known.delete(key);
      if (bytes > maxBytes) return;
      total += bytes;
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
