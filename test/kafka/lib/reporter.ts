import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { figuresOf } from '../../support/figures-file.ts';
import { passedOf, type Results, whyNotVerified } from '../../support/jest-results.ts';
import { sourceHash } from '../../support/verified-page.ts';
import { FIGURES_FILE, type Figure, figuresFile } from './figures.ts';
import { writeVerified } from './verified.ts';

const FOLDER = fileURLToPath(new URL('../', import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);

/** A Jest reporter. It writes docs/verified.md after a complete run without failures. */
// biome-ignore lint/style/noDefaultExport: Jest requires it
export default function reporter() {
  const { folder, file, stays } = figuresFile();
  // Test files run in other processes, which inherit this environment.
  process.env[FIGURES_FILE] = file;
  const atStart = sourceHash('kafka');
  return {
    onRunComplete: async (_contexts: unknown, { testResults }: Results) => {
      const isChanged = atStart !== sourceHash('kafka');
      const reason = isChanged ? 'the sources have changed' : whyNotVerified(FOLDER, testResults);
      if (reason === undefined)
        await writeVerified(passedOf(FOLDER, testResults), figuresOf<Figure>(file));
      else say(`docs/verified.md stays as it is: ${reason}`);
      if (stays) say(`figures: ${file}`);
      else await rm(folder, { recursive: true, force: true });
    },
  };
}
