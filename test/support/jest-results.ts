import { globSync } from 'node:fs';
import { relative } from 'node:path';

/** The fields of Jest's results of one test file (@jest/test-result) that reporters use. */
export interface FileResult {
  testFilePath: string;
  testResults: { title: string; status: string }[];
}

/** What a reporter is told when the run is complete. */
export interface Results {
  testResults: FileResult[];
}

/** A test file as docs/verified.md names it: its path below the suite's folder, without the ending. */
export function testFileName(folder: string, path: string): string {
  return relative(folder, path).replace(/\.test\.ts$/, '');
}

/** The number of tests of each file, sorted by its name. */
export function passedOf(folder: string, results: readonly FileResult[]): [string, number][] {
  return results
    .map(({ testFilePath, testResults }): [string, number] => [
      testFileName(folder, testFilePath),
      testResults.length,
    ])
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Why a run is not recorded in docs/verified.md; undefined when it is. `folder`: of the suite, with a slash at its end. */
export function whyNotVerified(folder: string, results: readonly FileResult[]): string | undefined {
  const ran = new Set(results.map(({ testFilePath }) => testFilePath));
  const missing = globSync('**/*.test.ts', { cwd: folder }).find((file) => !ran.has(folder + file));
  if (missing !== undefined) return `${missing} did not run`;
  const open = results.find(({ testResults }) =>
    testResults.some(({ status }) => status !== 'passed'),
  );
  return open && `not every test of ${testFileName(folder, open.testFilePath)} ran and passed`;
}
