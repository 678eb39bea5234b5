import { setTimeout as sleep } from 'node:timers/promises';
import { drain, type Lag } from '../broker/drain.ts';
import { CLOCKS } from '../feed/clocks.ts';
import { isStillLive } from '../feed/own-incarnation.ts';
import type { EnvSettings } from '../settings/settings.ts';
import type { DeclaredGroup, Log } from './types.ts';

const RETRY_MS = 1000;

export function ownGroup(base: string, { ref, incarnation }: EnvSettings): string {
  return `${base}.${ref}.${incarnation}`;
}

/**
 * Before the pod goes: a pod of an incarnation that stays leaves its messages to the others; else everything for the ref is handled first.
 * Answers what is left, in words; undefined: nothing.
 */
export async function leave(
  settings: EnvSettings,
  groups: readonly DeclaredGroup[],
  log: Log,
): Promise<string | undefined> {
  if (await isStillLive(settings, CLOCKS)) return undefined;
  const deadline = performance.now() + settings.drainSeconds * 1000;
  const left = await Promise.all(
    groups.map((group) => drainGroup(group, ownGroup(group.base, settings), deadline, log)),
  );
  const problems = left.flat();
  if (problems.length === 0) return undefined;
  const text = `Not drained after ${settings.drainSeconds} s (DYNAMICENV_DRAIN_SECONDS): ${problems.join('; ')}`;
  log(text);
  return text;
}

function inWords({ group, topic, partition, messages }: Lag): string {
  return `group "${group}" is ${messages} behind in ${topic}, partition ${partition}`;
}

/**
 * Answers what is known at the deadline, whatever the broker does: a client that waits for an answer, or for the end of its connection, may
 * wait longer than the kubelet does, and then nobody would learn what is left.
 */
async function drainGroup(
  group: DeclaredGroup,
  name: string,
  deadline: number,
  log: Log,
): Promise<string[]> {
  let left = [`group "${name}" cannot be read: the broker has not answered`];
  const drained = drainWithRetries(
    group,
    name,
    deadline,
    (now) => {
      left = now;
    },
    log,
  );
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, deadline - performance.now());
  await Promise.race([drained, timer.promise]);
  clearTimeout(timeout);
  return left;
}

/** A broker that cannot be asked is asked again until the deadline. Never rejects: after the deadline nobody waits for it. */
async function drainWithRetries(
  { topics, isolation, openAdmin }: DeclaredGroup,
  group: string,
  deadline: number,
  seen: (left: string[]) => void,
  log: Log,
): Promise<void> {
  let lags: string[] = [];
  const options = {
    group,
    topics,
    isolation,
    deadline,
    now: () => performance.now(),
    sleep: (ms: number) => sleep(ms),
    seen: (left: readonly Lag[]) => {
      lags = left.map(inWords);
      seen(lags);
    },
  };
  while (performance.now() < deadline) {
    try {
      await openAdmin((admin) => drain(admin, options));
      return;
    } catch (error) {
      const problem = `group "${group}" cannot be read: ${(error as Error).message}`;
      seen([...lags, problem]);
      log(`Drain: ${problem}`);
      await sleep(RETRY_MS);
    }
  }
}
