import { ENVS_ANNOTATION, PLAN_ANNOTATION } from '../../api/marks.ts';
import { jsonBytes, utf8Length } from '../../k8s/canonical.ts';
import { once } from '../../k8s/memoize.ts';
import {
  MAX_ANNOTATION_BYTES,
  MAX_OBJECT_BYTES,
  MAX_PLAN_BYTES,
  MERGE_BYTES,
} from '../routes/limits.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { EMPTY_PLAN_BYTES } from './plan-bytes.ts';

/** As much as one merge may have: there is room for at least one older version. */
const OLDER_BYTES = MERGE_BYTES;

/** What one VirtualService can carry, in bytes. */
export interface Room {
  /** For the plan annotation. */
  plan: number;
  /** Beyond that, for older versions of merges while newer ones are tried. */
  older: number;
  /** For our routes. Computed when it is needed, which is seldom: escaping the user's annotations takes long. */
  routes: () => number;
  /** A lower bound of `routes`, which is faster to compute. */
  routesAtLeast: () => number;
  /** Bytes of the request with object and injections; infinite if unknown. */
  sent: number;
  /** Is there room for the annotation with the envs' names? */
  envs: boolean;
}

/**
 * The room that the user's own part of a VirtualService leaves. What our own writes change does not count (marks, routes,
 * managedFields): sync and admission must compute the same plan, or they would write in turn for ever. The names of the envs do not
 * count either: they are written only if the longest plan fits beside them, so that a new env's name cannot push another env out.
 * `sentBytes`: bytes of the request with object and injections, or with the plan. Mostly enough to tell that all fits; it changes no answer.
 */
export function roomOf(
  users: UsersVirtualService,
  envs: string | undefined,
  sentBytes = Number.POSITIVE_INFINITY,
): Room {
  const own = Object.entries(users.metadata.annotations ?? {});
  const annotations = own.reduce((sum, [key, value]) => sum + bytes(key, value), 0);
  const left = MAX_ANNOTATION_BYTES - annotations;
  const forEnvs = envs === undefined ? 0 : bytes(ENVS_ANNOTATION, envs);
  const forPlan = left - utf8Length(PLAN_ANNOTATION);
  const { spec } = users;
  const mostForOwn = MOST_ESCAPED * (annotations + own.length + 1);
  return {
    plan: Math.min(MAX_PLAN_BYTES, forPlan),
    older: Math.min(OLDER_BYTES, Math.max(0, forPlan - MAX_PLAN_BYTES - forEnvs)),
    // Each merge asks.
    routes: once(() => MAX_OBJECT_BYTES - jsonBytes([own, spec])),
    routesAtLeast: once(() => MAX_OBJECT_BYTES - jsonBytes(spec) - mostForOwn),
    sent: sentBytes,
    envs: forEnvs <= forPlan - MAX_PLAN_BYTES,
  };
}

/** A character may become six in JSON (`\u0000`); one more covers the punctuation of an annotation. */
const MOST_ESCAPED = 7;

function bytes(key: string, value: string): number {
  return utf8Length(key) + utf8Length(value);
}

/** Is there room for a plan at all? */
export function hasRoom(room: Room): boolean {
  return EMPTY_PLAN_BYTES <= room.plan;
}
