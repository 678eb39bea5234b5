import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { metacontrollerProgram } from '../../e2e/lib/metacontroller.ts';
import {
  passedOf,
  type Results,
  testFileName,
  whyNotVerified,
} from '../../support/jest-results.ts';
import { sourceHash } from '../../support/verified-page.ts';
import { chromiumProgram } from '../entries/chromium.ts';
import { hasKafka } from '../headline/kafka.ts';
import { OLDER, olderFolder } from '../load/lib/older.ts';
import { FIGURES_FILE, readFigures } from './figures.ts';
import { istiodProgram } from './istiod.ts';
import { writeVerified } from './verified.ts';

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
      const reason = changed
        ? 'src/ has changed during the run'
        : whyNotVerified(FOLDER, testResults);
      if (reason === undefined)
        await writeVerified(passedOf(FOLDER, testResults), readFigures(figures));
      else say(`docs/verified.md stays as it is: ${reason}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function tellSkipped(results: Results['testResults']): void {
  const skipped = results.flatMap(({ testFilePath, testResults }) =>
    testResults
      .filter(({ status }) => status === 'pending')
      .map(({ title }) => `${testFileName(FOLDER, testFilePath)}: ${title}`),
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
