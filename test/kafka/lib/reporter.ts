import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figuresOf } from '../../support/figures-file.ts';
import { sourceHash } from '../../support/verified-page.ts';
import { FIGURES_FILE, type Figure, figuresFile } from './figures.ts';
import { writeVerified } from './verified.ts';

/** The fields of Jest's results (@jest/test-result) that are used here. */
interface Results {
  testResults: { testFilePath: string; testResults: { title: string; status: string }[] }[];
}

const FOLDER = fileURLToPath(new URL('../', import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);
const fileOf = (path: string) => relative(FOLDER, path).replace(/\.test\.ts$/, '');

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
      const reason = isChanged ? 'the sources have changed' : whyNotVerified(testResults);
      if (reason === undefined) await writeVerified(passedOf(testResults), figuresOf<Figure>(file));
      else say(`docs/verified.md stays as it is: ${reason}`);
      if (stays) say(`figures: ${file}`);
      else await rm(folder, { recursive: true, force: true });
    },
  };
}

function passedOf(results: Results['testResults']): [string, number][] {
  return results
    .map(({ testFilePath, testResults }): [string, number] => [
      fileOf(testFilePath),
      testResults.length,
    ])
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Why a run is not recorded in docs/verified.md; undefined when it is. */
function whyNotVerified(results: Results['testResults']): string | undefined {
  const ran = new Set(results.map(({ testFilePath }) => testFilePath));
  const missing = globSync('*.test.ts', { cwd: FOLDER }).find((name) => !ran.has(FOLDER + name));
  if (missing !== undefined) return `${missing} did not run`;
  const open = results.find(({ testResults }) =>
    testResults.some(({ status }) => status !== 'passed'),
  );
  return open && `not every test of ${fileOf(open.testFilePath)} ran and passed`;
}
