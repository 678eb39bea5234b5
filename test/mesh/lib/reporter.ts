import { globSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { metacontrollerProgram } from '../../e2e/lib/system.ts';
import { sourceHash } from '../../support/verified-page.ts';
import { chromiumProgram } from '../entries/chromium.ts';
import { hasKafka } from '../headline/kafka.ts';
import { OLDER, olderFolder } from '../load/lib/older.ts';
import { FIGURES_FILE, readFigures } from './figures.ts';
import { istiodProgram } from './istiod.ts';
import { writeVerified } from './verified.ts';

/** The fields of Jest's results (@jest/test-result) that are used here. */
interface Results {
  testResults: { testFilePath: string; testResults: { title: string; status: string }[] }[];
}

const FOLDER = fileURLToPath(new URL('../', import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);

/** A Jest reporter. It prints what was skipped, and writes docs/verified.md after a complete run without failures. */
// biome-ignore lint/style/noDefaultExport: Jest requires it
export default function reporter() {
  const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-mesh-figures-'));
  const figures = join(folder, 'figures.jsonl');
  // Test files run in other processes, which inherit this environment.
  process.env[FIGURES_FILE] = figures;
  const atStart = sourceHash();
  return {
    onRunComplete: async (_contexts: unknown, { testResults }: Results) => {
      tellSkipped(testResults);
      const changed = atStart !== sourceHash();
      const reason = changed ? 'src/ has changed during the run' : whyNotVerified(testResults);
      if (reason === undefined) await writeVerified(passedOf(testResults), readFigures(figures));
      else say(`docs/verified.md stays as it is: ${reason}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const fileOf = (path: string) => relative(FOLDER, path).replace(/\.test\.ts$/, '');

function passedOf(results: Results['testResults']): [string, number][] {
  return results
    .map(({ testFilePath, testResults }): [string, number] => [
      fileOf(testFilePath),
      testResults.length,
    ])
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

function tellSkipped(results: Results['testResults']): void {
  const skipped = results.flatMap(({ testFilePath, testResults }) =>
    testResults
      .filter(({ status }) => status === 'pending')
      .map(({ title }) => `${fileOf(testFilePath)}: ${title}`),
  );
  if (skipped.length === 0) return;
  const missing = [
    ...(chromiumProgram() === undefined ? ['there is no Chromium (CHROMIUM_BIN)'] : []),
    ...(istiodProgram() === undefined ? ['ISTIOD_BIN is not set'] : []),
    ...(metacontrollerProgram() === undefined ? ['METACONTROLLER_BIN is not set'] : []),
    ...(hasKafka() || istiodProgram() === undefined ? [] : ['there is no Kafka']),
    ...(olderFolder() === undefined ? [`${OLDER} is not set`] : []),
  ];
  say(
    `SKIPPED: ${skipped.length} tests, because ${missing.join(' and ') || 'they were not selected'}`,
  );
  for (const line of skipped) say(`  ${line}`);
}

/** Why a run is not recorded in docs/verified.md; undefined when it is. */
function whyNotVerified(results: Results['testResults']): string | undefined {
  const ran = new Set(results.map(({ testFilePath }) => testFilePath));
  const missing = globSync('**/*.test.ts', { cwd: FOLDER }).find((file) => !ran.has(FOLDER + file));
  if (missing !== undefined) return `${missing} did not run`;
  const open = results.find(({ testResults }) =>
    testResults.some(({ status }) => status !== 'passed'),
  );
  return open && `not every test of ${fileOf(open.testFilePath)} ran and passed`;
}
