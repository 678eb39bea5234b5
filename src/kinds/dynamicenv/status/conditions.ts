import type { Condition, ConditionType } from '../../../api/dynamicenv.ts';
import { rfc3339, secondsLeft } from '../../../k8s/time.ts';
import type { EnvContext } from '../context.ts';

/** What a condition says: its `status`, `reason` and `message`. */
export interface Finding {
  status: boolean | 'unknown';
  reason: string;
  message: string;
  /** Since when it is so (RFC 3339), if the cluster tells it. Otherwise the previous status does. */
  since?: string;
}

export function yes(reason: string, message: string): Finding {
  return { status: true, reason, message };
}

export function no(reason: string, message: string): Finding {
  return { status: false, reason, message };
}

/**
 * A condition with its time, which is taken over from the previous conditions while the status stays the same. A time in the future
 * was written by a replica whose clock is ahead. It is replaced, so that nobody waits for it.
 */
export function condition(
  type: ConditionType,
  finding: Finding,
  previous: readonly Condition[] | undefined,
  generation: number | undefined,
  now: Date,
): Condition {
  const status = finding.status === 'unknown' ? 'Unknown' : finding.status ? 'True' : 'False';
  const before = previous?.find((candidate) => candidate.type === type);
  const isKept =
    before?.status === status && Date.parse(before.lastTransitionTime) <= now.getTime();
  return {
    type,
    status,
    reason: finding.reason,
    message: finding.message,
    lastTransitionTime: finding.since ?? (isKept ? before.lastTransitionTime : rfc3339(now)),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}

/** Writes the conditions of a living env, with times from its previous status. */
export function conditionWriter({ env, now }: Pick<EnvContext, 'env' | 'now'>) {
  return (type: ConditionType, finding: Finding): Condition =>
    condition(type, finding, env.status?.conditions, env.metadata.generation, now);
}

/** Seconds until a condition has been true for the settle time; undefined when it is not true. */
export function settlingSeconds(
  { status, lastTransitionTime }: Condition,
  settleSeconds: number,
  now: Date,
): number | undefined {
  return status === 'True' ? secondsLeft(lastTransitionTime, settleSeconds, now) : undefined;
}

/** Was the env `Ready` with its present spec? */
export function wasReady({ env: { metadata, status } }: Pick<EnvContext, 'env'>): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}
