import { pino } from 'pino';
import { DECISION_FLAGS } from '../../../src/config.ts';
import { readFlags } from '../../../src/flags.ts';
import { buildApp } from '../../../src/http/app.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { HOOKS } from '../../support/hooks.ts';

export const METACONTROLLER_USER = 'system:serviceaccount:metacontroller:metacontroller';

/** With everything that an administrator can turn on for refs and entries. */
export const WIDE_FLAGS = ['--ref-carriers=header,baggage,cookie', '--entry-hosts=*.example.com'];

/**
 * The service as `serve` creates it, but called within this process. `crash`: the source file and line from the last
 * error in the log.
 */
export function hostileApp(flags: string[] = WIDE_FLAGS) {
  const given = [`--metacontroller-user=${METACONTROLLER_USER}`, ...flags];
  const config = readFlags(DECISION_FLAGS, given, {});
  let last = '';
  const log = pino(
    { level: 'error' },
    {
      write: (text) => {
        last = /at [^\n]*?(src\/[^)\n]*)/.exec(JSON.parse(text).err?.stack ?? '')?.[1] ?? last;
      },
    },
  );
  const now = () => new Date('2026-01-01T12:00:00Z');
  const app = buildApp({
    hooks: HOOKS,
    service: { config, now, metrics: createMetrics(), log },
    logger: log,
  });
  return { app, crash: () => last };
}
