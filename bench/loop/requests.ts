import type { AuditEvent } from '../../test/e2e/control-plane/audit.ts';
import { METACONTROLLER_USER } from '../../test/e2e/lib/metacontroller.ts';

/** Number of requests by verb and resource, such as `update dynamicenvs/status`. */
export type Requests = ReadonlyMap<string, number>;

/** Metacontroller's requests to the API server in a period, without watches and events. */
export function requestsBetween(log: readonly AuditEvent[], from: number, to: number): Requests {
  const counts = new Map<string, number>();
  for (const { user, verb, objectRef, requestReceivedTimestamp } of log) {
    const time = Date.parse(requestReceivedTimestamp);
    if (user.username !== METACONTROLLER_USER || time < from || time > to) continue;
    if (verb === 'watch' || objectRef === undefined || objectRef.resource === 'events') continue;
    const { resource, subresource } = objectRef;
    const what = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

export function total(requests: Requests): number {
  return [...requests.values()].reduce((sum, count) => sum + count, 0);
}

/** Requests per env as a text, the most frequent ones first: `2.0 get dynamicenvs, 1.0 patch deployments`. */
export function perEnv(requests: Requests, envs: number): string {
  return [...requests]
    .sort(([a, most], [b, least]) => least - most || a.localeCompare(b))
    .map(([what, count]) => `${(count / envs).toFixed(1)} ${what}`)
    .join(', ');
}
