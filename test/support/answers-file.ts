import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Answered {
  url: string;
  request: unknown;
  status: number;
  response: unknown;
}

/**
 * If `ANSWERS_FOLDER` names a folder, this appends every hook call of a scenario or golden, with its answer, to the
 * file `name` in that folder, one JSON object per line. `scripts/compare-answers.mjs` compares two such folders, which
 * two versions of the service have written.
 */
export function answersFile(name: string): (answered: Answered) => void {
  const folder = process.env['ANSWERS_FOLDER'];
  if (folder === undefined) return () => undefined;
  mkdirSync(folder, { recursive: true });
  return (answered) =>
    appendFileSync(join(folder, `${name}.jsonl`), `${JSON.stringify(answered)}\n`);
}
