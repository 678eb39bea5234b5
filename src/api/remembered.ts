/**
 * A function of a text, with its last answers remembered: the same text has the same answer, whatever was asked before.
 * The oldest of `size` goes when another one comes.
 */
export function rememberedByText<T>(
  size: number,
  answer: (text: string) => T,
): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const fresh = answer(text);
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= size) known.delete(oldest);
    known.set(text, fresh);
    return fresh;
  };
}
