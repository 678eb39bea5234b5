import { routeHeadersOf } from '../../src/context/route-headers.ts';
import { runInContext } from '../../src/context/store.ts';
import { decideForRef, decideForStable } from '../../src/decision/decide.ts';
import type { Mode, Routing } from '../../src/routing/types.ts';

const NAMES = { service: 'x-service-route', source: 'x-source-route', readsBaggage: false };
const LIVE = { ref: 'mp-101', services: ['order-service'] };

/** Routing of a process that asks neither feed nor broker: the ref mp-101 is live. */
export function routing(
  mode: Mode,
): Routing & { assigned(): number; abandoned(): number; said: string[] } {
  let assigned = 0;
  let abandoned = 0;
  const said: string[] = [];
  const runWithHeaders: Routing['runWithHeaders'] = (headers, handler) =>
    runInContext(routeHeadersOf(headers, NAMES), handler);
  return {
    mode,
    said,
    log: (line) => void said.push(line),
    decide: (headers) => {
      if (mode === 'plain') return { action: 'handle', why: 'plain consumer' };
      return mode === 'env'
        ? decideForRef(headers, LIVE, NAMES)
        : decideForStable(headers, [LIVE], NAMES);
    },
    join: async ({ base }) => ({
      groupId: mode === 'env' ? `${base}.mp-101.1` : base,
      reset: mode === 'plain' ? undefined : 'earliest',
      assigned: () => {
        assigned += 1;
      },
      abandoned: () => {
        abandoned += 1;
      },
    }),
    mayConsume: async () => {},
    runWithHeaders,
    runWithMessage: runWithHeaders,
    stamp: (record) => record,
    close: async () => {},
    assigned: () => assigned,
    abandoned: () => abandoned,
  };
}
