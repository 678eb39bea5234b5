import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Only what tsconfig.programs.json compiles is in there. */
const BUILT = fileURLToPath(new URL('../dist/', import.meta.url));

/** The suite's service, the feed, and what the mesh suite needs. They are compiled before: to strip types takes each process some 40 MB of memory. */
export const PROGRAMS = {
  consumer: `${BUILT}test/kafka/lib/consumer-program.js`,
  feed: `${BUILT}feed/src/main.js`,
  /** The services of test/mesh/headline. */
  headline: `${BUILT}test/mesh/headline/program.js`,
};

export async function buildPrograms(): Promise<void> {
  const tsc = `${ROOT}node_modules/typescript/bin/tsc`;
  const project = `${ROOT}test/kafka/tsconfig.programs.json`;
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', project]);
  } catch (error) {
    throw new Error(
      `the programs of the suite do not compile:\n${(error as { stdout: string }).stdout}`,
    );
  }
}
