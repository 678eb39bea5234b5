import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sourceHash } from '../../support/verified-page.ts';
import { FIGURES_FILE, readFigures } from './figures.ts';
import { foreignKubeconfig } from './foreign.ts';
import { metacontrollerProgram } from './system.ts';
import { type Ran, whyNotVerified, writeVerified } from './verified.ts';

/** As much of Jest's words (@jest/test-result) as is used here. */
interface TestFile {
  path: string;
  context: { config: { displayName?: { name: string } } };
}
interface Case {
  title: string;
  status: string;
  duration?: number | null;
  failureMessages: string[];
}
interface Results {
  testResults: { testFilePath: string; testResults: Case[] }[];
}

const say = (line: string) => process.stderr.write(`${line}\n`);
const isLoop = ({ context }: TestFile) => context.config.displayName?.name === 'loop';

/**
 * A reporter for Jest: tells every test of the loop suite as it ends, since a run takes long; says when the suite is skipped;
 * and writes docs/verified.md after a whole run without failures.
 */
// biome-ignore lint/style/noDefaultExport: Jest wants it so
export default function reporter() {
  const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-e2e-figures-'));
  const figures = join(folder, 'figures.jsonl');
  // Test files run in other processes, which get this one's environment.
  process.env[FIGURES_FILE] = figures;
  const loopFiles = new Set<string>();
  let isSkipTold = false;
  const atStart = sourceHash();
  const reasonOf = async (ran: readonly Ran[]) => {
    if (foreignKubeconfig() !== undefined) return 'this was not a control plane of the suite';
    if ((await atStart) !== (await sourceHash())) return 'src/ has changed meanwhile';
    return whyNotVerified(ran);
  };
  return {
    onTestFileStart: (file: TestFile) => {
      if (!isLoop(file)) return;
      loopFiles.add(file.path);
      if (
        isSkipTold ||
        metacontrollerProgram() !== undefined ||
        foreignKubeconfig() !== undefined
      ) {
        return;
      }
      isSkipTold = true;
      say('SKIPPED: the loop suite, because METACONTROLLER_BIN names no program');
    },
    onTestCaseResult: (file: TestFile, { title, status, duration, failureMessages }: Case) => {
      if (!isLoop(file) || status === 'pending') return;
      const seconds = Math.round((duration ?? 0) / 1000);
      say(`${status}: ${basename(file.path, '.test.ts')}: ${title} (${seconds} s)`);
      for (const message of failureMessages) say(message.split('\n').slice(0, 20).join('\n'));
    },
    onRunComplete: async (_contexts: unknown, { testResults }: Results) => {
      const ran: Ran[] = testResults
        .filter(({ testFilePath }) => loopFiles.has(testFilePath))
        .map(({ testFilePath, testResults: cases }) => ({
          file: basename(testFilePath, '.test.ts'),
          statuses: cases.map(({ status }) => status),
        }));
      const reason = await reasonOf(ran);
      if (reason === undefined) await writeVerified(ran, readFigures(figures));
      else if (ran.length > 0) say(`docs/verified.md stays as it is: ${reason}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
