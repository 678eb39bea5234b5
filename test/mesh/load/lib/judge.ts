import { type Sent, userOf } from './request.ts';
import type { Epoch } from './timeline.ts';

/** Version label of the base's pods. */
export const BASE = 'shared';

export const WRONGS = ['5xx', 'unanswered', 'strange', 'leaked', 'missed'] as const;

/**
 * `unanswered`: no complete answer. `strange`: neither an answer of a pod nor a 5xx. `leaked`: an env's pod answered a
 * request that was not for this env. `missed`: the env was Ready from the start to the end of the request, but another
 * pod answered.
 */
export type Wrong = (typeof WRONGS)[number];

/**
 * What is wrong with an answer; undefined if nothing is. While the env is not Ready, both the base and the env may
 * answer.
 */
export function judge(sent: Sent, epochs: readonly Epoch[]): Wrong | undefined {
  if (sent.status === 0) return 'unanswered';
  if (sent.status >= 500) return '5xx';
  if (sent.version === undefined) return 'strange';
  const own = epochs.filter(({ user }) => user === userOf(sent));
  const isTaker = own.some((epoch) => epoch.env === sent.version && overlaps(epoch, sent));
  if (sent.version !== BASE && !isTaker) return 'leaked';
  return own.some((epoch) => mustTake(epoch, sent)) ? 'missed' : undefined;
}

function overlaps({ from, to }: Epoch, { start, end }: Sent): boolean {
  return from <= end && start <= to;
}

function mustTake({ env, ready }: Epoch, { version, start, end }: Sent): boolean {
  return env !== version && ready.some(({ from, to }) => from <= start && end <= to);
}
