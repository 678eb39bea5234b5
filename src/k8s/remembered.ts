import { byteCache } from './byte-cache.ts';
import { digest } from './hash.ts';

/** How much is remembered: the oldest goes when more comes. */
export interface Memory<T> {
  /** Most answers. */
  size: number;
  /** Most bytes of all answers together; one that is larger than all of them is not remembered. */
  bytes: number;
  /** About how many bytes an answer to this text holds; when absent, as many as the text. */
  bytesOf?: (answer: T, text: string) => number;
}

/**
 * A function of a text, with its last answers remembered: the same text has the same answer, whatever was asked before.
 * Of long texts only hashes are kept.
 */
export function rememberedByText<T>(
  { size, bytes, bytesOf = (_answer, text) => text.length }: Memory<T>,
  answer: (text: string) => T,
): (text: string) => T {
  const known = byteCache<{ answer: T }>(bytes, size);
  return (text) => {
    // Whatever begins like a hash is hashed, too. Most texts are their own keys, without a copy.
    const isHashed = text.length > LONGEST_KEY || text.startsWith('#');
    const key = isHashed ? `#${digest(text)}` : text;
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const fresh = answer(text);
    const forKey = key.length > SHORT_KEY ? key.length : 0;
    known.set(key, { answer: fresh }, bytesOf(fresh, text) + forKey);
    return fresh;
  };
}

/**
 * A function of an object that comes with one call of a hook, such as a list that many ask: the answer to the last object is
 * remembered. Of more, even a WeakMap keeps the answers alive, with all that they refer to, until the next full garbage
 * collection (in V8 its values are strong for the others): every call's body would be copied over and over.
 */
export function rememberedOfLast<K extends object, A extends unknown[], V extends object>(
  answer: (object: K, ...more: A) => V,
): (object: K, ...more: A) => V {
  // When no other call comes, it goes with its object.
  let last = new WeakMap<K, V>();
  return (object, ...more) => {
    const before = last.get(object);
    if (before !== undefined) return before;
    const fresh = answer(object, ...more);
    last = new WeakMap([[object, fresh]]);
    return fresh;
  };
}

/** To hash a text takes longer than to look it up; a longer one takes too much memory. */
const LONGEST_KEY = 4096;
/** Not worth counting. */
const SHORT_KEY = 512;
