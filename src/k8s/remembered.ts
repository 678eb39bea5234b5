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
 * Of the texts only hashes are kept.
 */
export function rememberedByText<T>(
  { size, bytes, bytesOf = (_answer, text) => text.length }: Memory<T>,
  answer: (text: string) => T,
): (text: string) => T {
  const known = byteCache<{ answer: T }>(bytes, size);
  return (text) => {
    // No hash begins like this.
    const key = text.length > LONGEST_KEY ? digest(text) : `=${text}`;
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const fresh = answer(text);
    known.set(key, { answer: fresh }, bytesOf(fresh, text));
    return fresh;
  };
}

/** To hash a short text takes longer than to look it up. */
const LONGEST_KEY = 512;
