import { pino } from 'pino';
import { DECISION_FLAGS } from '../../../src/config.ts';
import { loadValidators } from '../../../src/crds.ts';
import { readFlags } from '../../../src/flags.ts';
import { buildApp } from '../../../src/http/app.ts';
import { createMetrics } from '../../../src/http/metrics.ts';

export const METACONTROLLER_USER = 'system:serviceaccount:metacontroller:metacontroller';

const validators = await loadValidators();

/**
 * The service as `serve` creates it, called within this process. `crash`: the stack line of the last error that was
 * logged.
 */
export function hostileApp(flags: string[] = []) {
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
    service: { config, validator: validators.dynamicEnv, now, metrics: createMetrics(), log },
    logger: log,
  });
  return { app, crash: () => last };
}
