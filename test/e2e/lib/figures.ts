import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One measured thing, for docs/verified.md. */
export interface Figure {
  what: string;
  strategy: string;
  value: string;
}

/** Environment variable with the file that figures of all test files go to; set by the reporter. */
export const FIGURES_FILE = 'E2E_FIGURES';

export function recordFigure(figure: Figure): void {
  const file = process.env[FIGURES_FILE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

export function readFigures(file: string): Figure[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Figure);
}

/** `0.4 s (0.2 – 1.1)`: the middle one, the least and the most of some durations in milliseconds. */
export function spread(durations: readonly number[]): string {
  const sorted = [...durations].sort((one, other) => one - other);
  const at = (index: number) => ((sorted[index] ?? Number.NaN) / 1000).toFixed(2);
  return `${at(sorted.length >> 1)} s (${at(0)} – ${at(sorted.length - 1)}, n = ${sorted.length})`;
}
