import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import { RENEWED_ANNOTATION } from '../../../api/marks.ts';
import { ttlSeconds } from '../../../api/ttl.ts';
import { cutText } from '../../../k8s/cut-text.ts';
import { isMap } from '../../../k8s/json-map.ts';
import { rfc3339, timeOf } from '../../../k8s/time.ts';
import type { EnvSettings } from '../settings.ts';

/** Milliseconds by which the clocks of people, replicas and the API server may differ without consequences. */
const CLOCK_TOLERANCE = 300_000;
/** Characters of the annotation's value that a message quotes. */
const MAX_QUOTED = 40;

/** Why an env has no clones and no routes, though it exists; the reason of its conditions. */
export type Rest = 'Suspended' | 'Expired';

export interface LifeTime {
  /** Absent: the env lives. */
  rest?: Rest;
  /** When its ttl is over (RFC 3339). Absent: never. */
  expiresAt?: string;
  /** Seconds until this may change by itself. */
  wait?: number;
  /** Why the annotation `renewed-at` is ignored, and what to do. */
  ignored?: string;
}

/**
 * Whether an env lives now. An expired env that is suspended, too, counts as expired. The spec may be one that is refused: what can
 * be read of it counts, because only a removal follows from it.
 */
export function lifeTime(
  env: DynamicEnv,
  { neverExpires }: Pick<EnvSettings, 'neverExpires'>,
  now: Date,
): LifeTime {
  const { ttl, suspend } = (isMap(env.spec) ? env.spec : {}) as {
    ttl?: unknown;
    suspend?: unknown;
  };
  const isSuspended: LifeTime = suspend === true ? { rest: 'Suspended' } : {};
  if (neverExpires) return isSuspended;
  const renewal = renewalOf(env, now.getTime());
  const { time: renewed, ...told } = renewal;
  const end = endOf(env, ttlSeconds(ttl), renewed);
  if (end === undefined) return { ...isSuspended, ...told };
  const expiresAt = rfc3339(new Date(end));
  const left = (end - now.getTime()) / 1000;
  const isOver = left <= 0 || isOverElsewhere(env, expiresAt, left);
  const waits = [isOver ? undefined : left, renewal.wait].filter((wait) => wait !== undefined);
  return {
    ...told,
    ...(isOver ? { rest: 'Expired' as const } : isSuspended),
    expiresAt,
    ...(waits.length === 0 ? {} : { wait: Math.min(...waits) }),
  };
}

/** Milliseconds. A renewal before the creation is that of an earlier object of this name, and cannot shorten the life of this one. */
function endOf(
  { metadata }: DynamicEnv,
  ttl: number | undefined,
  renewed: number | undefined,
): number | undefined {
  const created = timeOf(metadata.creationTimestamp ?? '');
  if (ttl === undefined || created === undefined) return undefined;
  return Math.max(created, renewed ?? created) + ttl * 1000;
}

/**
 * Has a replica whose clock is ahead let the env expire? Then this one does not wake it for the moment that its own clock is behind.
 * If the difference is larger than the tolerance, that other clock was wrong.
 */
function isOverElsewhere({ status }: DynamicEnv, expiresAt: string, left: number): boolean {
  return (
    status?.state === 'expired' && status.expiresAt === expiresAt && left * 1000 <= CLOCK_TOLERANCE
  );
}

interface Renewal {
  /** Milliseconds. */
  time?: number;
  ignored?: string;
  /** Seconds until the annotation's time counts. */
  wait?: number;
}

/** What the annotation says. A time in the future counts from the moment when it has come, and until then is ignored. */
function renewalOf({ metadata }: DynamicEnv, now: number): Renewal {
  const value = metadata.annotations?.[RENEWED_ANNOTATION];
  if (value === undefined) return {};
  const time = timeOf(value);
  if (time === undefined) return { ignored: ignoredText(value, 'is not a time (RFC 3339)') };
  const early = time - CLOCK_TOLERANCE - now;
  if (early <= 0) return { time };
  return { ignored: ignoredText(value, 'is in the future'), wait: early / 1000 };
}

function ignoredText(value: string, why: string): string {
  return `the annotation ${RENEWED_ANNOTATION} is ignored, because ${JSON.stringify(cutText(value, MAX_QUOTED))} ${why}: set it to the present time in UTC, as "date -u +%Y-%m-%dT%H:%M:%SZ" prints it`;
}
