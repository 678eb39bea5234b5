/**
 * Text is set in a fixed-width font, so that its width is known without a browser: 0.6 em per character in the usual
 * fonts (DejaVu Sans Mono 0.602, Menlo 0.602, Courier New 0.600, Consolas 0.550), twice that for wide ones.
 */
export const FONT_SIZE = 12;
const CHAR_WIDTH = 7.25;
export const LINE_HEIGHT = 17;

/** Wide in a terminal, too: CJK, Hangul, full-width forms, emoji (Unicode Standard Annex 11). */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;

function columns(character: string): number {
  return WIDE.test(character) ? 2 : 1;
}

function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + columns(character), 0);
}

export function widthOf(text: string): number {
  return columnsOf(text) * CHAR_WIDTH;
}

/** At most `limit` columns; an ellipsis replaces the end. */
export function cutEnd(text: string, limit: number): string {
  if (columnsOf(text) <= limit) return text;
  return `${taken([...text], limit - 1).trimEnd()}…`;
}

/** At most `limit` columns; an ellipsis replaces the middle, because names often differ at their end. */
export function cutMiddle(text: string, limit: number): string {
  if (columnsOf(text) <= limit) return text;
  const tail = Math.floor((limit - 1) / 2);
  const characters = [...text];
  const end = [...taken(characters.toReversed(), tail)].toReversed().join('');
  return `${taken(characters, limit - 1 - tail)}…${end}`;
}

function taken(characters: readonly string[], limit: number): string {
  let left = limit;
  const fitting = characters.findIndex((character) => {
    left -= columns(character);
    return left < 0;
  });
  return characters.slice(0, fitting === -1 ? undefined : fitting).join('');
}

/** The first few lines, each cut; the last one says how many more there are. */
export function fewLines(lines: readonly string[], most: number, limit: number): string[] {
  if (lines.length <= most) return lines.map((line) => cutEnd(line, limit));
  const shown = lines.slice(0, most - 1).map((line) => cutEnd(line, limit));
  return [...shown, `… ${lines.length - shown.length} more`];
}
