import type { LocalObject } from '../../../src/simulator/object.ts';
import type { Driver } from './driver.ts';
import type { Step } from './scenario.ts';

/** The error for a failed step: the step, the differences, the latest events and the status of each env. */
export async function failure(
  { line, words }: Step,
  action: string,
  problems: readonly string[],
  driver: Driver,
): Promise<Error> {
  const objects = await driver.objects();
  const events = await driver.events();
  const message = [
    `line ${line}: ${action} ${JSON.stringify(words[action]).slice(0, 200)}`,
    ...problems.map((problem) => `  - ${problem}`),
    ...events.slice(-3).map((event) => `event: ${event}`),
    ...objects.filter(({ kind }) => kind === 'DynamicEnv').flatMap(standing),
  ].join('\n');
  const error = new Error(message);
  // The stack trace would point to this runner, not to the step that failed.
  error.stack = message;
  return error;
}

function standing({ metadata, status }: LocalObject): string[] {
  const list = (status?.['conditions'] ?? []) as Record<string, string>[];
  return [
    `DynamicEnv ${metadata.name}: ${String(status?.['state'])}`,
    ...list.map(({ type, status: is, reason, message }) => `  ${type}=${is} ${reason}: ${message}`),
    ...['subsetsStatus', 'consumersStatus'].map(
      (key) => `  ${key}: ${JSON.stringify(status?.[key])}`,
    ),
  ];
}
