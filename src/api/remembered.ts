import { digest } from '../k8s/hash.ts';

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
  const known = new Map<string, { answer: T; held: number }>();
  let held = 0;
  const forgetOldest = () => {
    const [oldest] = known;
    if (oldest === undefined) return;
    held -= oldest[1].held;
    known.delete(oldest[0]);
  };
  return (text) => {
    // No hash begins like this.
    const key = text.length > LONGEST_KEY ? digest(text) : `=${text}`;
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const fresh = { answer: answer(text), held: 0 };
    fresh.held = bytesOf(fresh.answer, text);
    if (fresh.held > bytes) return fresh.answer;
    while (known.size >= size || held + fresh.held > bytes) forgetOldest();
    known.set(key, fresh);
    held += fresh.held;
    return fresh.answer;
  };
}

/** To hash a short text takes longer than to look it up. */
const LONGEST_KEY = 512;
