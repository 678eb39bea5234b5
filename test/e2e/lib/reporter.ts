import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sourceHash } from '../../support/verified-page.ts';
import { FIGURES_FILE, readFigures } from './figures.ts';
import { foreignKubeconfig } from './foreign.ts';
import { metacontrollerProgram } from './metacontroller.ts';
import { announceSource, ranIn, recordFolder, recordResult } from './record.ts';
import { type Ran, whyNotVerified, writeVerified } from './verified.ts';

/** The fields of Jest's types (@jest/test-result) that this reporter uses. */
interface TestFile {
  path: string;
  context: { config: { displayName?: { name: string } } };
}
interface Case {
  title: string;
  fullName: string;
  status: string;
  duration?: number | null;
  failureMessages: string[];
}

const say = (line: string) => process.stderr.write(`${line}\n`);
const isLoop = ({ context }: TestFile) => context.config.displayName?.name === 'loop';

/**
 * A reporter for Jest. It prints each test of the loop suite when the test ends, because a run takes long. It prints a
 * message if the suite is skipped. After a complete run without failures it writes docs/verified.md.
 */
// biome-ignore lint/style/noDefaultExport: Jest requires a default export
export default function reporter() {
  const { folder, stays } = recordFolder();
  const figures = join(folder, 'figures.jsonl');
  // Test files run in child processes, which inherit the environment of this process.
  process.env[FIGURES_FILE] = figures;
  let isSkipTold = false;
  const atStart = sourceHash();
  announceSource(atStart);
  const reasonOf = (ran: readonly Ran[]) => {
    if (foreignKubeconfig() !== undefined) return 'the run used the cluster of E2E_KUBECONFIG';
    if (atStart !== sourceHash()) return 'src/ has changed during the run';
    return whyNotVerified(ran);
  };
  return {
    onTestFileStart: (file: TestFile) => {
      if (!isLoop(file)) return;
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
    onTestCaseResult: (
      file: TestFile,
      { fullName, title, status, duration, failureMessages }: Case,
    ) => {
      if (!isLoop(file)) return;
      const name = basename(file.path, '.test.ts');
      recordResult(folder, { file: name, title: fullName, status });
      if (status === 'pending') return;
      const seconds = Math.round((duration ?? 0) / 1000);
      say(`${status}: ${name}: ${title} (${seconds} s)`);
      for (const message of failureMessages) say(message.split('\n').slice(0, 20).join('\n'));
    },
    onRunComplete: async () => {
      const ran = ranIn(folder);
      const reason = reasonOf(ran);
      if (reason === undefined) await writeVerified(ran, readFigures(figures));
      else if (ran.length > 0) say(`docs/verified.md stays as it is: ${reason}`);
      if (!stays) await rm(folder, { recursive: true, force: true });
    },
  };
}
