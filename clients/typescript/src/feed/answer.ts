import type { LiveRef } from '../decision/decide.ts';
import { isLabel, isRef } from '../decision/names.ts';
import type { FeedAnswer } from './lease.ts';

/** The longest answer that is read, in bytes: many thousand live refs of one workload. */
export const MAX_ANSWER = 1_048_576;
const MAX_REV = 256;

/**
 * Reads the body of an answer 200. Undefined: it is not an answer of the feed, such as a proxy's HTML page, or something in it is wrong.
 * A part of it is never used: half a list of live refs looks like a whole one.
 */
export function readAnswer(body: string): FeedAnswer | undefined {
  const answer = parsed(body);
  if (!isObject(answer)) return undefined;
  const { rev, refs, services, incarnations, ageMs, leaseMs } = answer;
  if (typeof rev !== 'string' || rev === '' || rev.length > MAX_REV) return undefined;
  if (!isDuration(ageMs) || !isDuration(leaseMs)) return undefined;
  const live = liveRefs(refs, services);
  if (live === undefined) return undefined;
  if (incarnations === undefined) return { rev, live, ageMs, leaseMs };
  const ofRefs = incarnationsOf(live, incarnations);
  return ofRefs && { rev, live, incarnations: ofRefs, ageMs, leaseMs };
}

/** A ref may lack; see `isOwnLive`. Those of other refs are not read. */
function incarnationsOf(
  live: readonly LiveRef[],
  incarnations: unknown,
): ReadonlyMap<string, string> | undefined {
  if (!isObject(incarnations)) return undefined;
  const found = new Map<string, string>();
  for (const { ref } of live) {
    if (!Object.hasOwn(incarnations, ref)) continue;
    const incarnation = incarnations[ref];
    if (typeof incarnation !== 'string' || !isLabel(incarnation)) return undefined;
    found.set(ref, incarnation);
  }
  return found;
}

function liveRefs(refs: unknown, services: unknown): LiveRef[] | undefined {
  if (!Array.isArray(refs) || !isObject(services)) return undefined;
  const live = refs.flatMap((ref) => liveRef(ref, services) ?? []);
  return live.length === refs.length ? live : undefined;
}

function liveRef(ref: unknown, services: Record<string, unknown>): LiveRef | undefined {
  if (typeof ref !== 'string' || !isRef(ref) || !Object.hasOwn(services, ref)) return undefined;
  const names = services[ref];
  const isRight = Array.isArray(names) && names.length > 0 && names.every(isServiceName);
  return isRight ? { ref, services: names } : undefined;
}

function isServiceName(name: unknown): boolean {
  return typeof name === 'string' && isLabel(name);
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
