/** Kubernetes' objects are some fifteen levels deep; what walks through a body calls itself once for each. */
const MAX_DEPTH = 100;
/** A value takes some 60 bytes in memory, however short it is written; objects of a cluster have 12 bytes of text for each. */
const MAX_VALUES = 1_500_000;

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Why a JSON text is too much to be worked on, or undefined: its size does not tell, as few bytes can stand for much. Looks at
 * brackets and commas alone, in a quarter of the time of `JSON.parse`; a text that is no JSON is left to that.
 */
export function shapeProblem(text: string): string | undefined {
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
        if (depth > MAX_DEPTH) return `nests deeper than ${MAX_DEPTH} levels`;
        break;
      case 125: // }
      case 93: // ]
        depth -= 1;
        break;
      case 44: // ,
        values += 1;
    }
  }
  return values > MAX_VALUES ? `has more than ${MAX_VALUES} values` : undefined;
}

/** Index of the quote that ends a text which begins at `from`; the length of all when none does. */
function endOfText(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end >= 0 && isEscaped(text, end, from)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

/** Is an odd number of backslashes before it? */
function isEscaped(text: string, at: number, from: number): boolean {
  let before = at;
  while (before > from && text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 1;
}
