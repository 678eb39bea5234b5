import { byteCache } from './byte-cache.ts';
import { digest } from './hash.ts';

/** Limits of the cache. The oldest result is removed first. */
export interface Memory<T> {
  /** Maximum number of results. */
  size: number;
  /** Maximum bytes of all results together. A single result above it is not stored. */
  bytes: number;
  /** Roughly how many bytes a result takes; by default as many as its text. */
  bytesOf?: (answer: T, text: string) => number;
}

/** Memoizes a function of a text. The result must depend on the text alone. Of a long text only the hash is stored. */
export function memoizedByText<T>(
  { size, bytes, bytesOf = (_answer, text) => text.length }: Memory<T>,
  answer: (text: string) => T,
): (text: string) => T {
  const known = byteCache<{ answer: T }>(bytes, size);
  return (text) => {
    // A hash never begins with "=".
    const key = text.length > LONGEST_KEY ? digest(text) : `=${text}`;
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const fresh = answer(text);
    known.set(key, { answer: fresh }, bytesOf(fresh, text));
    return fresh;
  };
}

/** Hashing a short text takes longer than looking it up. */
const LONGEST_KEY = 512;
