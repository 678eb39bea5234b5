import { AVAILABLE_ANNOTATION, LEAVING_ANNOTATION } from '../../../api/marks.ts';
import type { Phase, Subscriber } from '../../../api/subscriber.ts';
import type { KubeObject } from '../../../k8s/object.ts';
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
 * its consumer groups. One that was Leaving joins again: its pods never stopped to consume.
 */
export function joiningStep(
  own: Subscriber,
  isAvailable: boolean,
  { env, settleSeconds, now }: { env: string; settleSeconds: number; now: Date },
): Step {
  const noted = own.metadata.annotations?.[AVAILABLE_ANNOTATION];
  const seen = isTime(noted) ? noted : rfc3339(now);
  if (own.spec.phase === 'Live') return { subscriber: next(own, env, 'Live', seen) };
  if (!isAvailable) return { subscriber: next(own, env, 'Joining') };
  const left = waitLeft(sinceNoted(noted, own, now), settleSeconds, now);
  return left > 0
    ? { subscriber: next(own, env, 'Joining', seen), wait: left }
    : { subscriber: next(own, env, 'Live', seen) };
}

/** A Subscriber that leaves, and whether nobody relies on it any more. */
export interface LeavingStep extends Step {
  isOver: boolean;
}

/**
 * The wait is counted from the first sync that sees the phase Leaving, not from the answer that asks for it: the write may be
 * late. If another phase is seen, it starts again. While the object is being deleted it cannot be written, and nothing is counted.
 */
export function leavingStep(own: Subscriber, env: string, now: Date): LeavingStep {
  const { annotations = {} } = own.metadata;
  const available = annotations[AVAILABLE_ANNOTATION];
  if (own.spec.phase !== 'Leaving' || isBeingDeleted(own)) {
    return { subscriber: next(own, env, 'Leaving', available), isOver: false };
  }
  const noted = annotations[LEAVING_ANNOTATION];
  const since = sinceNoted(noted, own, now);
  const kept = isTime(noted) ? noted : rfc3339(now);
  const left = waitLeft(since, LEAVING_SECONDS, now);
  return {
    subscriber: next(own, env, 'Leaving', available, kept),
    isOver: left === 0,
    ...(left > 0 ? { wait: left } : {}),
  };
}

/** When the wait of a Subscriber that leaves was over (RFC 3339); undefined: it is not. */
export function overSince(own: Subscriber, env: string, now: Date): string | undefined {
  if (!leavingStep(own, env, now).isOver) return undefined;
  const since = sinceNoted(own.metadata.annotations?.[LEAVING_ANNOTATION], own, now);
  return rfc3339(new Date(Date.parse(since ?? '') + LEAVING_SECONDS * 1000));
}

/** Was its clone available at some time, so that it may have been Live? */
export function wasAvailable({ metadata }: Subscriber): boolean {
  return metadata.annotations?.[AVAILABLE_ANNOTATION] !== undefined;
}

/**
 * Since when something certainly holds: the later one of the noted time and the object's last write, of which the API server keeps the time. A
 * replica whose clock is behind may have noted a time that is too early. A noted time in the future does not count, and is not corrected:
 * see `drainingSince` in `lifecycle/departure.ts`. Undefined: since no time.
 */
function sinceNoted(noted: string | undefined, own: KubeObject, now: Date): string | undefined {
  if (!isTime(noted)) return undefined;
  const times = [noted, lastWritten(own)]
    .filter(isTime)
    .filter((time) => Date.parse(time) <= now.getTime())
    .sort((a, b) => Date.parse(a) - Date.parse(b));
  return times.at(-1);
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
