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

/**
 * Caches the results of a function of a text. Long texts are not stored, only their hashes.
 */
export function memoizedByText<T>(
  { size, bytes, bytesOf = (_answer, text) => text.length }: Memory<T>,
  answer: (text: string) => T,
): (text: string) => T {
  const known = byteCache<{ answer: T }>(bytes, size);
  const lookUp = (text: string): T => {
    // A text that begins like a hash is hashed, too. Most texts are their own keys, without a copy.
    const isHashed = text.length > LONGEST_KEY || text.startsWith('#');
    const key = isHashed ? `#${digest(text)}` : text;
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const fresh = answer(text);
    const forKey = key.length > SHORT_KEY ? key.length : 0;
    known.set(key, { answer: fresh }, bytesOf(fresh, text) + forKey);
    return fresh;
  };
  // One call of a hook asks several times about one text. Comparing two texts takes a tenth of the time of hashing one.
  let last: { text: string; answer: T } | undefined;
  return (text) => {
    if (text.length <= LONGEST_KEY || text.length > bytes) return lookUp(text);
    if (last?.text !== text) last = { text, answer: lookUp(text) };
    return last.answer;
  };
}

/**
 * Caches the result for the last object, for objects that come with one call of a hook and that many functions ask about. A
 * WeakMap of all objects would keep each call's body in memory until the next full garbage collection: V8's scavenger treats
 * the values of a WeakMap as strong references, and would copy the body several times.
 */
export function memoizedForLast<K extends object, A extends unknown[], V extends object>(
  answer: (object: K, ...more: A) => V,
): (object: K, ...more: A) => V {
  // When no other call comes, the result is collected together with its object.
  let last = new WeakMap<K, V>();
  return (object, ...more) => {
    const before = last.get(object);
    if (before !== undefined) return before;
    const fresh = answer(object, ...more);
    last = new WeakMap([[object, fresh]]);
    return fresh;
  };
}

/** Computes a value at the first call, and returns the same one afterwards. */
export function once<T>(compute: () => T): () => T {
  let known: { value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

/** Characters. Hashing a shorter text takes longer than looking it up; a longer text would take too much memory. */
const LONGEST_KEY = 4096;
/** Characters. The memory of a shorter key is not counted. */
const SHORT_KEY = 512;
