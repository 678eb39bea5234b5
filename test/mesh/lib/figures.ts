import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One measured thing, for docs/verified.md: a row of its section's table, or text below the table. */
export interface Figure {
  /** Heading of the section: sections come in the order in which they are first recorded. */
  section: string;
  /** What was measured; absent: `value` is Markdown of its own. */
  what?: string;
  value: string;
}

/** Environment variable with the file that figures of all test files go to; set by the reporter. */
export const FIGURES_FILE = 'MESH_FIGURES';

export function recordFigure(figure: Figure): void {
  const file = process.env[FIGURES_FILE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

export function readFigures(file: string): Figure[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Figure);
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
