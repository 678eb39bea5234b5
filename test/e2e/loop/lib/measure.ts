import type { LocalObject } from '../../../../src/simulator/object.ts';
import { loadFixture } from '../../../scenarios/lib/scenario.ts';
import type { AuditEvent } from '../../control-plane/audit.ts';
import { until } from '../../control-plane/poll.ts';
import { followHistory, type History } from '../../lib/history.ts';
import { METACONTROLLER_USER } from '../../lib/metacontroller.ts';
import { latestVersion } from '../../lib/objects.ts';
import type { System } from '../../lib/system.ts';

/** Whether a stored object shows the event for which `time` waits. */
export type Sign = (object: LocalObject) => boolean;

export interface Bench {
  system: System;
  history: History;
  /**
   * Runs `action`, and waits for the signs one after the other. Returns for each the time from the start of the action
   * until it was seen, in milliseconds.
   */
  time(action: () => Promise<unknown>, ...signs: Sign[]): Promise<number[]>;
}

const PATIENCE_SECONDS = 60;

/** Installs the scenarios' shop on a system. Returns a Bench, which measures times on it. */
export async function setUpBench(system: System): Promise<Bench> {
  const { api, kubectl } = system.cluster;
  await kubectl(['create', 'namespace', 'shop']);
  for (const object of await loadFixture('shop')) {
    await kubectl(['apply', '-f', '-'], { input: object });
  }
  await kubectl([
    'wait',
    '-n',
    'shop',
    '--for=condition=Available',
    'deploy/backend',
    '--timeout=60s',
  ]);
  const history = await followHistory(api);
  return {
    system,
    history,
    time: async (action, ...signs) => {
      const from = await latestVersion(api);
      const start = Date.now();
      const seen: number[] = [];
      const unwatch = history.watch(from, (_objects, { object, seenAt }) => {
        if (signs[seen.length]?.(object)) seen.push(seenAt - start);
      });
      try {
        await action();
        await until(PATIENCE_SECONDS, async () =>
          seen.length === signs.length ? undefined : `sign ${seen.length + 1} was not seen`,
        );
      } finally {
        unwatch();
      }
      return seen;
    },
  };
}

export const env = (name: string): LocalObject => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  metadata: { name },
  spec: {
    istioMatches: [{ headers: { user: { exact: name } } }],
    subsets: [{ name: 'backend', namespace: 'shop', containers: [{ image: `backend:${name}` }] }],
  },
});

export interface Requests {
  reads: number;
  writes: number;
}

/** Number of Metacontroller's requests to the API server between two times, without watches and events. */
export function requestsOf(log: readonly AuditEvent[], from: Date, to: Date): Requests {
  const found = log.filter(({ user, verb, objectRef, requestReceivedTimestamp }) => {
    const time = new Date(requestReceivedTimestamp);
    const isCounted = verb !== 'watch' && objectRef?.resource !== 'events';
    return user.username === METACONTROLLER_USER && isCounted && time >= from && time <= to;
  });
  const reads = found.filter(({ verb }) => verb === 'get' || verb === 'list').length;
  return { reads, writes: found.length - reads };
}

/** `9 reads (8 – 9), 14 writes (13 – 16)`: median, minimum and maximum of each. */
export function requestsText(all: readonly Requests[]): string {
  const told = (key: keyof Requests) => {
    const sorted = all.map((requests) => requests[key]).sort((one, other) => one - other);
    return `${sorted[sorted.length >> 1]} ${key} (${sorted[0]} – ${sorted.at(-1)})`;
  };
  return `${told('reads')}, ${told('writes')}`;
}
