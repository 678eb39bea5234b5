import type { Schedule } from './schedule.ts';

export interface Version<T> {
  at: number;
  /** The object's identity: another one after it has been deleted and created again. */
  uid: number;
  value: T | undefined;
}

/** An object of the API server with its past, since a cache may show an earlier state. */
export interface Stored<T> {
  current: Version<T>;
  past: Version<T>[];
  /** The cache of the controller has seen everything until then: it never goes back. */
  cachedUntil: number;
}

export function stored<T>(value?: T): Stored<T> {
  const current = { at: 0, uid: 0, value };
  return { current, past: [current], cachedUntil: 0 };
}

export function write<T>(schedule: Schedule, stored: Stored<T>, value: T | undefined): void {
  const { current } = stored;
  const uid = current.value === undefined && value !== undefined ? current.uid + 1 : current.uid;
  stored.current = { at: schedule.now(), uid, value };
  stored.past.push(stored.current);
}

/** What the controller's cache shows if it is late by so much. */
export function cached<T>(schedule: Schedule, stored: Stored<T>, lag: number): Version<T> {
  stored.cachedUntil = Math.max(stored.cachedUntil, schedule.now() - lag);
  const seen = stored.past.findLast(({ at }) => at <= stored.cachedUntil);
  return seen ?? { at: 0, uid: 0, value: undefined };
}
