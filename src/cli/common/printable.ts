const ESCAPE = '\u001b';
/** The colours of `Paint`; then all control characters, line separators, and what changes the direction of a text. */
const CONTROLS = new RegExp(
  `${ESCAPE}\\[(?:[12]|22|3[1236]|39)m|[\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]`,
  'gu',
);

/**
 * One line of a report for people. A text of an object must not move the cursor, change the terminal, or begin a line of its own: such
 * characters are shown as JSON writes them, `\u001b`.
 */
export function printable(line: string): string {
  return line.replace(CONTROLS, (found) => (found.length > 1 ? found : escaped(found)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The text of a report. */
export function reportText(lines: readonly string[]): string {
  return `${lines.map(printable).join('\n')}\n`;
}
