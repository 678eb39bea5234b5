import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalObject } from '../../../src/simulator/object.ts';
import type { Api } from '../control-plane/api.ts';
import { follow, type WatchEvent } from '../control-plane/watch.ts';
import { COLLECTIONS } from './kinds.ts';

/** How long an event of one watch may come after a later one of another. */
const HOLD_MS = 250;

/** One stored write. */
export interface Write {
  type: WatchEvent<LocalObject>['type'];
  object: LocalObject;
  /** When we were told, in milliseconds since 1970. */
  seenAt: number;
}

export type Listener = (objects: LocalObject[], write: Write) => void;

export interface History {
  /**
   * Calls the listener after each write that was stored after the resource version `from`, with all objects as they were
   * then; answers how to stop.
   */
  watch(from: number, listener: Listener): () => void;
  /** Waits until all that was stored before is told. */
  caughtUp(): Promise<void>;
  stop(): void;
}

/**
 * Every write of the kinds that scenarios deal with, in the order in which they were stored: there is one watch per kind,
 * and the resource versions, which all kinds share, put their events in order.
 */
export async function followHistory(api: Api): Promise<History> {
  const objects = new Map<string, LocalObject>();
  const waiting: Write[] = [];
  const listeners = new Set<{ from: number; listener: Listener }>();
  let isReading = true;
  const tell = (write: Write) => {
    const { uid = '' } = write.object.metadata;
    if (write.type === 'DELETED') objects.delete(uid);
    else objects.set(uid, write.object);
    if (isReading || listeners.size === 0) return;
    const all = [...objects.values()];
    for (const { from, listener } of listeners) {
      if (versionOf(write.object) > from) listener(all, write);
    }
  };
  const tellUntil = (time: number) => {
    waiting.sort((one, other) => versionOf(one.object) - versionOf(other.object));
    while (waiting[0] !== undefined && waiting[0].seenAt <= time) {
      const next = waiting.shift();
      if (next !== undefined) tell(next);
    }
  };
  const unfollows = await Promise.all(
    COLLECTIONS.map(({ path, apiVersion, kind }) =>
      follow<LocalObject>(api, path, ({ type, object }) => {
        waiting.push({ type, object: { ...object, apiVersion, kind }, seenAt: Date.now() });
      }),
    ),
  );
  tellUntil(Number.POSITIVE_INFINITY);
  isReading = false;
  const timer = setInterval(() => tellUntil(Date.now() - HOLD_MS), HOLD_MS / 5);
  timer.unref();
  return {
    watch: (from, listener) => {
      const entry = { from, listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    caughtUp: async () => {
      if (listeners.size === 0) return;
      await sleep(HOLD_MS);
      tellUntil(Number.POSITIVE_INFINITY);
    },
    stop: () => {
      clearInterval(timer);
      for (const unfollow of unfollows) unfollow();
    },
  };
}

/** Opaque by contract, but a growing number with etcd behind it. */
function versionOf({ metadata }: LocalObject): number {
  return Number(metadata.resourceVersion);
}
