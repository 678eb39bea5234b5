import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendFigure } from '../../support/figures-file.ts';
import type { Verdict } from './judge.ts';

/** One world's numbers. */
export interface Figure {
  /** `story: kafkajs`, or a control. */
  what: string;
  messages: number;
  lost: number;
  wrong: number;
  duplicates: number;
  mostTimesHandled: number;
  duplicatesWithoutDisturbance: number;
  messagesInCalmTimes: number;
  at: string;
}

/** Environment variable with the name of a folder, in which the figures of all runs stay. */
const RECORD = 'KAFKA_RECORD';
/** Environment variable with the path of the file into which test files write. The reporter sets it. */
export const FIGURES_FILE = 'KAFKA_FIGURES';

/** The file of this run's figures. `stays`: the user asked for it. */
export function figuresFile(): { folder: string; file: string; stays: boolean } {
  const given = process.env[RECORD] ?? '';
  if (given !== '') mkdirSync(given, { recursive: true });
  const folder = given !== '' ? given : mkdtempSync(join(tmpdir(), 'dynamicenv-kafka-figures-'));
  return { folder, file: join(folder, `kafka-${Date.now()}.jsonl`), stays: given !== '' };
}

export function record(what: string, verdict: Verdict): void {
  const { messages, lost, wrong, duplicates, most, unexplained, calm } = verdict;
  const figure: Figure = {
    what,
    messages,
    lost: lost.length,
    wrong: wrong.length,
    duplicates,
    mostTimesHandled: most,
    duplicatesWithoutDisturbance: unexplained.length,
    messagesInCalmTimes: calm,
    at: new Date().toISOString(),
  };
  appendFigure(FIGURES_FILE, figure);
}
