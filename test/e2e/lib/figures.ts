import { appendFigure, figuresOf } from '../../support/figures-file.ts';

/** One measured value, for docs/verified.md. */
export interface Figure {
  what: string;
  strategy: string;
  value: string;
}

/**
 * Environment variable with the path of the file to which all test files append their figures. The reporter sets it.
 */
export const FIGURES_FILE = 'E2E_FIGURES';

export function recordFigure(figure: Figure): void {
  appendFigure(FIGURES_FILE, figure);
}

export function readFigures(file: string): Figure[] {
  return figuresOf<Figure>(file);
}

/**
 * For example `0.40 s (0.20 – 1.10, n = 10)`: median, minimum, maximum and number of durations. The input is in
 * milliseconds.
 */
export function spread(durations: readonly number[]): string {
  const sorted = [...durations].sort((one, other) => one - other);
  const at = (index: number) => ((sorted[index] ?? Number.NaN) / 1000).toFixed(2);
  return `${at(sorted.length >> 1)} s (${at(0)} – ${at(sorted.length - 1)}, n = ${sorted.length})`;
}
