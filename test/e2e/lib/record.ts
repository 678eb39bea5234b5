import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ran } from './verified.ts';

/**
 * Environment variable with a folder that keeps the results of the loop suite, which takes long. A second run with the same folder
 * skips the scenarios that passed with the same src/, and counts what passed before. Without it, each run starts anew.
 */
const RECORD = 'E2E_RECORD';
/** Environment variable with the hash of src/. The reporter sets it. */
const SOURCE = 'E2E_SOURCE';

interface Result {
  source: string;
  file: string;
  title: string;
  /** `passed`, `failed` or `pending` (skipped) */
  status: string;
}

/** The folder for the results and figures of a run, and whether it stays. */
export function recordFolder(): { folder: string; stays: boolean } {
  const kept = process.env[RECORD];
  if (kept !== undefined) {
    mkdirSync(kept, { recursive: true });
    return { folder: kept, stays: true };
  }
  const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-e2e-figures-'));
  return { folder, stays: false };
}

/** Test files run in child processes, which inherit the environment of this process. */
export function announceSource(hash: string): void {
  process.env[SOURCE] = hash;
}

export function recordResult(folder: string, result: Omit<Result, 'source'>): void {
  const source = process.env[SOURCE] ?? '';
  appendFileSync(fileIn(folder), `${JSON.stringify({ source, ...result })}\n`);
}

/** Has this test passed in an earlier run of the same record? `file`: name of its test file; `title`: with those of its groups. */
export function hasPassed(file: string, title: string): boolean {
  const folder = process.env[RECORD];
  if (folder === undefined) return false;
  return resultsIn(folder).some(
    (one) => one.file === file && one.title === title && one.status === 'passed',
  );
}

/** What ran, all runs of the record together: a test that passed once has passed. */
export function ranIn(folder: string): Ran[] {
  const files = new Map<string, Map<string, string[]>>();
  for (const { file, title, status } of resultsIn(folder)) {
    const titles = files.get(file) ?? new Map<string, string[]>();
    files.set(file, titles);
    titles.set(title, [...(titles.get(title) ?? []), status]);
  }
  return [...files].map(([file, titles]) => ({
    file,
    statuses: [...titles.values()].map(statusOf),
    retried: [...titles].filter(([, all]) => wasRetried(all)).map(([title]) => title),
  }));
}

function statusOf(statuses: readonly string[]): string {
  if (statuses.includes('passed')) return 'passed';
  return statuses.includes('failed') ? 'failed' : 'pending';
}

function wasRetried(statuses: readonly string[]): boolean {
  return statuses.includes('passed') && statuses.includes('failed');
}

function resultsIn(folder: string): Result[] {
  const file = fileIn(folder);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result)
    .filter(({ source }) => source === process.env[SOURCE]);
}

function fileIn(folder: string): string {
  return join(folder, 'results.jsonl');
}
