import type { Rules } from './rules.ts';
import { type TrialOptions, trial } from './trial.ts';

const MOST_MESSAGES = 5;

/** What is wrong in the history of a seed, in words, with what happened in it. Empty: nothing is. */
export function complaints(seed: number, rules: Rules, options: TrialOptions = {}): string {
  const { lost, wrong } = trial(seed, rules, options);
  if (lost.length === 0 && wrong.length === 0) return '';
  const lines: string[] = [];
  // The same seed gives the same history.
  trial(seed, rules, { ...options, note: (line) => lines.push(line) });
  const messages = lost.slice(0, MOST_MESSAGES).map((message) => {
    const { id, partition, offset, headers, producedAt, skipped } = message;
    const who = skipped.map(({ by, at }) => `${by} at ${at / 1_000} s`).join(', ');
    return `message ${id} (partition ${partition}, offset ${offset}, ${JSON.stringify(headers)}), produced at ${producedAt / 1_000} s, is lost; skipped by ${who || 'nobody'}`;
  });
  return [
    `seed ${seed}: ${lost.length} messages are lost`,
    ...messages,
    ...wrong.slice(0, MOST_MESSAGES).map((text) => `in the steady state: message ${text}`),
    ...lines,
  ].join('\n');
}
