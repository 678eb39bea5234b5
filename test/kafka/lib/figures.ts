import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from './judge.ts';

/** Environment variable with the name of a folder: each result is then appended to `kafka.jsonl` in it. */
const RECORD = 'KAFKA_RECORD';

/** Writes the numbers of a run. */
export function record({ what, ...verdict }: Verdict & { what: string }): void {
  const folder = process.env[RECORD] ?? '';
  if (folder === '') return;
  const { messages, lost, wrong, duplicates, most, unexplained, calm } = verdict;
  const figures = {
    what,
    messages,
    lost: lost.length,
    wrong: wrong.length,
    duplicates,
    mostTimesHandled: most,
    duplicatesWithoutDisturbance: unexplained.length,
    messagesInCalmTimes: calm,
    kafka: process.env['KAFKA_VERSION'],
    node: process.version,
    at: new Date().toISOString(),
  };
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, 'kafka.jsonl'), `${JSON.stringify(figures)}\n`);
}
