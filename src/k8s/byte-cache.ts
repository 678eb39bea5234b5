/**
 * A cache of values by text. The oldest entries are removed when there are too many, or when all together are too
 * large.
 */
export interface ByteCache<V> {
  get(key: string): V | undefined;
  /** `bytes`: roughly how much memory the value and its key take. */
  set(key: string, value: V, bytes: number): void;
  /** An entry that exists takes this many more bytes than before. */
  grow(key: string, bytes: number): void;
}

/** A value larger than `maxBytes` is not stored, and removes nothing else from the cache. */
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
