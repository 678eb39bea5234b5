/** Kubernetes objects are about 15 levels deep. Code that walks through a body calls itself once for each level. */
export const MAX_DEPTH = 100;
/**
 * A value takes about 60 bytes in memory, however short its text is. Objects of a cluster have about 12 bytes of text
 * for each value.
 */
const MAX_VALUES = 1_500_000;

const TOO_MANY = `has more than ${MAX_VALUES} values`;

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Why a JSON text must not be parsed, or undefined. The size of the text does not tell: a few bytes can hold many
 * values.
 * Only brackets and commas are counted, in a quarter of the time of `JSON.parse`. Invalid JSON is not detected here:
 * `JSON.parse` refuses it.
 */
export function shapeProblem(text: string, maxDepth = MAX_DEPTH): string | undefined {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfText(text, at + 1);
        break;
      case 123: // {
      case 91: // [
        values += 1;
        depth += 1;
        if (depth > maxDepth) return `nests deeper than ${maxDepth} levels`;
        break;
      case 125: // }
      case 93: // ]
        depth -= 1;
        break;
      case 44: // ,
        values += 1;
        if (values > MAX_VALUES) return TOO_MANY;
    }
  }
  return values > MAX_VALUES ? TOO_MANY : undefined;
}

/** Index of the quote that ends the string beginning at `from`; the length of the text when there is none. */
function endOfText(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end >= 0 && isEscaped(text, end, from)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

/** Does an odd number of backslashes precede it? */
function isEscaped(text: string, at: number, from: number): boolean {
  let before = at;
  while (before > from && text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 1;
}

/** Does a parsed value nest deeper than this? The value itself is level 1 if it is a list or a map. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
