import { AVAILABLE_ANNOTATION, LEAVING_ANNOTATION } from '../../../api/marks.ts';
import type { Phase, Subscriber } from '../../../api/subscriber.ts';
import { rfc3339, secondsLeft } from '../../../k8s/time.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { isBeingDeleted } from '../observed.ts';
import { subscriberOf } from './subscriber.ts';
import { LEAVING_SECONDS } from './times.ts';

/** What a Subscriber is to be, and seconds until that may change by itself. */
export interface Step {
  subscriber: Subscriber;
  wait?: number;
}

/**
 * A Subscriber whose consumers are wanted. Joining until the clone is seen available (`isAvailable`: all of its pods have this incarnation,
 * and enough of them started, so every topic is forked) for the settle time. Then it stays Live: if the clone crashes later, its messages wait in
 * its consumer groups. One that is Leaving never joins again (`isLeaving`). `since`: when the Deployment controller saw it available; without
 * it, the first sync that did counts.
 */
export function joiningStep(
  own: Subscriber,
  isAvailable: boolean,
  { env, settleSeconds, now, since }: JoiningSettings,
): Step {
  const noted = own.metadata.annotations?.[AVAILABLE_ANNOTATION];
  const kept = isTime(noted) ? noted : undefined;
  if (own.spec.phase === 'Live') {
    return { subscriber: next(own, env, 'Live', kept ?? since ?? rfc3339(now)) };
  }
  if (!isAvailable) return { subscriber: next(own, env, 'Joining') };
  const first = since ?? kept;
  const left = waitLeft(first, settleSeconds, now);
  const seen = first ?? rfc3339(now);
  return left > 0
    ? { subscriber: next(own, env, 'Joining', seen), wait: left }
    : { subscriber: next(own, env, 'Live', seen) };
}

interface JoiningSettings {
  env: string;
  settleSeconds: number;
  now: Date;
  since?: string | undefined;
}

/**
 * Does it leave? Then it leaves to the end, also if it is wanted again: its consumers would lose messages if they went on. A sync may see objects
 * as they were before. One that still sees it Leaving, with the wait over, would delete the clone of a Subscriber that is Live by now; and one that
 * still sees the clone would make a Subscriber Live whose clone is deleted already.
 */
export function isLeaving({ spec: { phase } }: Subscriber): boolean {
  return phase === 'Leaving';
}

/** A Subscriber that leaves, and whether nobody relies on it any more. */
export interface LeavingStep extends Step {
  isOver: boolean;
}

/**
 * The wait is counted from the first sync that sees the phase Leaving, not from the answer that asks for it: the write may be
 * late. That sync notes when the phase was written, and the wait begins with the write of the note. Both are times of the API server, so all
 * syncs write the same note: with times of their own, two syncs of which one sees the object a write late would replace each other's note for ever.
 * While the object is being deleted it cannot be written, and nothing is counted.
 */
export function leavingStep(own: Subscriber, env: string, now: Date): LeavingStep {
  const { annotations = {} } = own.metadata;
  const available = annotations[AVAILABLE_ANNOTATION];
  if (!isLeaving(own) || isBeingDeleted(own)) {
    return { subscriber: next(own, env, 'Leaving', available), isOver: false };
  }
  const since = leavingSince(own);
  const noted = annotations[LEAVING_ANNOTATION];
  const note = isTime(noted) ? noted : (lastWritten(own) ?? rfc3339(now));
  const left = waitLeft(since, LEAVING_SECONDS, now);
  return {
    subscriber: next(own, env, 'Leaving', available, note),
    isOver: left === 0,
    ...(left > 0 ? { wait: left } : {}),
  };
}

/** When the note was written: no earlier than the first sync that saw the phase. Undefined: there is no note. */
function leavingSince(own: Subscriber): string | undefined {
  const noted = own.metadata.annotations?.[LEAVING_ANNOTATION];
  return isTime(noted) ? (lastWritten(own) ?? noted) : undefined;
}

/** When the wait of a Subscriber that leaves was over (RFC 3339); undefined: it is not. */
export function overSince(own: Subscriber, env: string, now: Date): string | undefined {
  if (!leavingStep(own, env, now).isOver) return undefined;
  return rfc3339(new Date(Date.parse(leavingSince(own) ?? '') + LEAVING_SECONDS * 1000));
}

/** Was its clone available at some time, so that it may have been Live? */
export function wasAvailable({ metadata }: Subscriber): boolean {
  return metadata.annotations?.[AVAILABLE_ANNOTATION] !== undefined;
}

function isTime(text: string | undefined): text is string {
  return text !== undefined && !Number.isNaN(Date.parse(text));
}

/** Seconds that are left of a wait; all of them, if it has not begun. */
function waitLeft(since: string | undefined, seconds: number, now: Date): number {
  if (seconds === 0) return 0;
  return since === undefined ? seconds + 1 : secondsLeft(since, seconds, now);
}

function next(
  { metadata: { name }, spec }: Subscriber,
  env: string,
  phase: Phase,
  available?: string,
  leaving?: string,
): Subscriber {
  const plain = subscriberOf(env, { ...spec, phase });
  return {
    ...plain,
    metadata: {
      ...plain.metadata,
      name,
      annotations: {
        ...plain.metadata.annotations,
        ...(available === undefined ? {} : { [AVAILABLE_ANNOTATION]: available }),
        ...(leaving === undefined ? {} : { [LEAVING_ANNOTATION]: leaving }),
      },
    },
  };
}
