import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sourceHash } from '../../support/verified-page.ts';
import { FIGURES_FILE, readFigures } from './figures.ts';
import { foreignKubeconfig } from './foreign.ts';
import { metacontrollerProgram } from './system.ts';
import { type Ran, whyNotVerified, writeVerified } from './verified.ts';

/** The fields of Jest's types (@jest/test-result) that this reporter uses. */
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
 * A reporter for Jest. It prints each test of the loop suite when the test ends, because a run takes long. It prints a
 * message if the suite is skipped. After a complete run without failures it writes docs/verified.md.
 */
// biome-ignore lint/style/noDefaultExport: Jest requires a default export
export default function reporter() {
  const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-e2e-figures-'));
  const figures = join(folder, 'figures.jsonl');
  // Test files run in child processes, which inherit the environment of this process.
  process.env[FIGURES_FILE] = figures;
  const loopFiles = new Set<string>();
  let isSkipTold = false;
  const atStart = sourceHash();
  const reasonOf = async (ran: readonly Ran[]) => {
    if (foreignKubeconfig() !== undefined) return 'the run used the cluster of E2E_KUBECONFIG';
    if ((await atStart) !== (await sourceHash())) return 'src/ has changed during the run';
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
      say(
        'SKIPPED: the loop suite, because METACONTROLLER_BIN is not set: set it to the path of Metacontroller',
      );
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
