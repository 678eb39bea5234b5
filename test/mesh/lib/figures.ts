import { appendFigure, figuresOf } from '../../support/figures-file.ts';

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
  appendFigure(FIGURES_FILE, figure);
}

export function readFigures(file: string): Figure[] {
  return figuresOf<Figure>(file);
}
