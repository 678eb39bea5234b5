import { appendFigure, figuresOf } from '../../support/figures-file.ts';

/** One measurement for docs/verified.md: a row of its section's table, or text below the table. */
export interface Figure {
  /** Heading of the section. Sections are in the order of their first measurement. */
  section: string;
  /** What was measured. If it is absent, `value` is Markdown text. */
  what?: string;
  value: string;
}

/**
 * Environment variable with the path of the file into which all test files write their measurements. The reporter sets
 * it.
 */
export const FIGURES_FILE = 'MESH_FIGURES';

export function recordFigure(figure: Figure): void {
  appendFigure(FIGURES_FILE, figure);
}

export function readFigures(file: string): Figure[] {
  return figuresOf<Figure>(file);
}
