import type { Sent } from './request.ts';
import { selectionsOf } from './selections.ts';
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
 * answer. If a request selects a ref and a user, and the ref's env is not Ready, the user's env may answer, too.
 */
export function judge(sent: Sent, epochs: readonly Epoch[]): Wrong | undefined {
  const { status, version } = sent;
  if (status === 0) return 'unanswered';
  if (status >= 500) return '5xx';
  if (version === undefined) return 'strange';
  const selected = selectionsOf(sent).map((user) =>
    epochs.filter((epoch) => [epoch.user].flat().includes(user) && overlaps(epoch, sent)),
  );
  const taker = selected.findIndex((own) => own.some(({ env }) => env === version));
  if (version !== BASE && taker < 0) return 'leaked';
  // The first selection with a Ready env has to take the request, unless an earlier one did.
  const first = selected.findIndex((own) => own.some((epoch) => isReady(epoch, sent)));
  if (first < 0 || (taker >= 0 && taker < first)) return undefined;
  const mustTake = (epoch: Epoch) => epoch.env !== version && isReady(epoch, sent);
  return selected[first]?.some(mustTake) ? 'missed' : undefined;
}

function overlaps({ from, to }: Epoch, { start, end }: Sent): boolean {
  return from <= end && start <= to;
}

/** Was the env Ready from the start to the end of the request? */
function isReady({ ready }: Epoch, { start, end }: Sent): boolean {
  return ready.some(({ from, to }) => from <= start && end <= to);
}
