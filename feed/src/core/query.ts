import { MOST_WAIT_MS } from '../times.ts';
import { isWorkload } from './subscriber.ts';

export interface LiveQuery {
  workload: string;
  /** The rev that the client has; undefined: none. */
  after: string | undefined;
  waitMs: number;
}

const MOST_OF_REV = 128;

/** Reads the parameters of a poll. The error names the parameter. Unknown parameters are ignored: later clients may send more. */
export function readQuery(
  query: Readonly<Record<string, unknown>>,
): { query: LiveQuery } | { error: string } {
  const { workload, after, wait } = query;
  const repeated = ['workload', 'after', 'wait'].find((name) => Array.isArray(query[name]));
  if (repeated !== undefined) return { error: `${repeated}: give it once` };
  if (workload === undefined || workload === '')
    return {
      error: 'workload is missing: give the Deployment, such as workload=shop/order-service',
    };
  if (typeof workload !== 'string' || !isWorkload(workload))
    return {
      error: 'workload: expected namespace/name of a Deployment, such as shop/order-service',
    };
  if (after !== undefined && (typeof after !== 'string' || after.length > MOST_OF_REV))
    return { error: 'after: expected the rev of an earlier answer' };
  const waitMs = wait === undefined ? 0 : durationOf(wait);
  if (waitMs === undefined || waitMs > MOST_WAIT_MS)
    return { error: `wait: expected a time such as 8s or 500ms, at most ${MOST_WAIT_MS / 1000}s` };
  return { query: { workload, after: after === '' ? undefined : after, waitMs } };
}

function durationOf(value: unknown): number | undefined {
  const [, digits, unit] = /^(\d{1,6})(ms|s)$/.exec(String(value)) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * (unit === 's' ? 1000 : 1);
}
