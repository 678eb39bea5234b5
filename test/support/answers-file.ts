import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Answered {
  url: string;
  request: unknown;
  status: number;
  response: unknown;
}

/**
 * Where `ANSWERS_FOLDER` names a folder, every call of a scenario or golden and its answer are appended to the file of that
 * name there, as one line of JSON each. `scripts/compare-answers.mjs` compares two such folders: the answers of two versions.
 */
export function answersFile(name: string): (answered: Answered) => void {
  const folder = process.env['ANSWERS_FOLDER'];
  if (folder === undefined) return () => undefined;
  mkdirSync(folder, { recursive: true });
  return (answered) =>
    appendFileSync(join(folder, `${name}.jsonl`), `${JSON.stringify(answered)}\n`);
}
