import { loadOpenTelemetry } from '../context/opentelemetry.ts';
import { routeHeadersOf } from '../context/route-headers.ts';
import { currentHeaders, runInContext } from '../context/store.ts';
import type { MessageHeaders } from '../decision/types.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { stampRecord } from '../stamp/stamp.ts';
import { envPart } from './env.ts';
import type { Part } from './part.ts';
import { stablePart } from './stable.ts';
import type { EventRoutingOptions, Log, Routing } from './types.ts';

/**
 * What adapters build on, from the environment variables. Rejects if they are wrong. A stable consumer's polling of the feed begins here.
 */
export async function startRouting(options: EventRoutingOptions = {}): Promise<Routing> {
  const log = options.log ?? warn;
  const settings = readSettings(options.env ?? process.env);
  const { names, mode } = settings;
  const withBaggage = await loadOpenTelemetry(names);
  const runWithHeaders = <T>(headers: MessageHeaders, handler: () => T): T => {
    const route = routeHeadersOf(headers, names);
    return runInContext(route, () => withBaggage(route, handler));
  };
  return {
    mode,
    log,
    ...partOf(settings, options.groups ?? [], log),
    runWithHeaders,
    runWithMessage: runWithHeaders,
    stamp: (record, headers) =>
      stampRecord(record, headers ? routeHeadersOf(headers, names) : currentHeaders(), names),
  };
}

function partOf(settings: Settings, groups: readonly string[], log: Log): Part {
  if (settings.mode === 'env') return envPart(settings, groups, log);
  if (settings.mode === 'stable') return stablePart(settings, log);
  log(
    'Event routing is off, this is a plain consumer: DYNAMICENV_WORKLOAD and DYNAMICENV_FEED are not set',
  );
  return PLAIN;
}

const PLAIN: Part = {
  decide: () => ({ action: 'handle', why: 'plain consumer' }),
  join: async ({ base }) => ({
    groupId: base,
    reset: undefined,
    assigned: () => {},
    abandoned: () => {},
  }),
  mayConsume: async () => {},
  close: async () => {},
};

function warn(message: string): void {
  process.emitWarning(message, 'EventRouting');
}
