import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** Adds a figure to the file that an environment variable names: test files run in processes of their own. Without it, nothing. */
export function appendFigure(variable: string, figure: object): void {
  const file = process.env[variable];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

/** All figures of such a file, in the order in which they came; none where it does not exist. */
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
