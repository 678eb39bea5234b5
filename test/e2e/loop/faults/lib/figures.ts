import { appendFile } from 'node:fs/promises';

/** How long something took, or how often it happened. */
export interface Figure {
  strategy: string;
  /** What was measured, in words. */
  figure: string;
  value: number;
  unit: 's' | 'writes';
}

/** Adds a line of JSON to the file that E2E_FIGURES names; without one, figures are not kept. */
export async function record(figure: Figure): Promise<void> {
  const file = process.env['E2E_FIGURES'] ?? '';
  if (file !== '') await appendFile(file, `${JSON.stringify({ suite: 'faults', ...figure })}\n`);
}
