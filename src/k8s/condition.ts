import { rfc3339 } from './time.ts';

/** metav1.Condition */
export interface Condition<Type extends string = string> {
  type: Type;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  /** RFC 3339 */
  lastTransitionTime: string;
  observedGeneration?: number;
}

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
export function condition<Type extends string>(
  type: Type,
  finding: Finding,
  previous: readonly Condition<Type>[] | undefined,
  generation: number | undefined,
  now: Date,
): Condition<Type> {
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
