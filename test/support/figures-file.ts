import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * Appends a figure to the file that this environment variable names. A file is used because test files run in separate
 * processes. Does nothing if the variable is not set.
 */
export function appendFigure(variable: string, figure: object): void {
  const file = process.env[variable];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

/** All figures of such a file, in the order in which they were added. Empty if the file does not exist. */
export function figuresOf<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
